export declare function shortened(entryPoint: string): Promise<{ mangleProps: RegExp }>;
