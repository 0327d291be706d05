/** How a site's own server signs who its user is: the same few lines in four languages. */
export const signing: Readonly<Record<string, string>> = {
	"Node.js": `import { createHmac } from "node:crypto";

function sign(id, fields) {
  const lines = Object.keys(fields).sort().map((name) => \`\${name}=\${fields[name]}\\n\`);
  return createHmac("sha256", process.env.ALONGSIDE_SECRET)
    .update(\`\${id}\\n\${lines.join("")}\`)
    .digest("hex");
}`,
	PHP: `function sign(string $id, array $fields): string {
  ksort($fields, SORT_STRING);
  $text = $id . "\\n";
  foreach ($fields as $name => $value) $text .= $name . "=" . $value . "\\n";
  return hash_hmac("sha256", $text, getenv("ALONGSIDE_SECRET"));
}`,
	Python: `import hashlib, hmac, os

def sign(id, fields):
    text = id + "\\n" + "".join(f"{name}={fields[name]}\\n" for name in sorted(fields))
    key = os.environ["ALONGSIDE_SECRET"].encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()`,
	Go: `func sign(id string, fields map[string]string) string {
	mac := hmac.New(sha256.New, []byte(os.Getenv("ALONGSIDE_SECRET")))
	io.WriteString(mac, id+"\\n")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		io.WriteString(mac, name+"="+fields[name]+"\\n")
	}
	return hex.EncodeToString(mac.Sum(nil))
}`,
};

export const inPage = `Alongside.identify("42", { email: "ada@example.com", plan: "Pro" }, signature);`;

/** Without the page's help: the server names the user of a room by itself. */
export const byServer = (origin: string): string =>
	`curl ${origin}/api/v1/identify \\
  -H "Authorization: Bearer $ALONGSIDE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"room": "ROOM", "user": {"id": "42", "fields": {"plan": "Pro"}}}'`;
