/** The session's styles. Sizes in em follow the visitor's own text size; logical properties serve both directions. */
export const CSS = `
.widget{--keyboard:0px;--bar:3.5em;--own:#d9f0ed;--bg:#fff;--fg:#16191d;--soft:#545c66;--line:#dfe3e8;--edge:#7b848f;--fill:#f2f4f6;--accent:#0b6562;--on:#fff;--stop:#b3261e;--shade:0 1px 2px #0000001f,0 8px 32px #0000002e;
position:absolute;inset:0;pointer-events:none;overflow:clip;color:var(--fg);font:400 1em/1.45 system-ui,"Segoe UI",Roboto,sans-serif;font-size:.9375em;text-align:start}
@media (prefers-color-scheme:dark){.widget{--own:#12403d;--bg:#1b1f24;--fg:#f0f2f4;--soft:#aab3bd;--line:#3a424b;--edge:#8b95a0;--fill:#2a3037;--accent:#6fd3c9;--on:#06211f;--stop:#ff9d94;--shade:0 1px 2px #0006,0 8px 32px #000a}}
.widget[lang=ar]{font-size:1em;line-height:1.6}
[hidden]{display:none!important}
h2,p,ul,ol,dl,dd,fieldset,legend{margin:0;padding:0;border:0}
button{font:inherit;font-weight:600;color:inherit;cursor:pointer;pointer-events:auto;min-height:2.75em;padding:.5em 1.1em;border:1px solid var(--line);border-radius:.7em;background:var(--bg);text-align:center}
button:hover{background:var(--fill)}
button.main{background:var(--accent);border-color:transparent;color:var(--on)}
button.main:hover{filter:brightness(.92)}
button.plain{border-color:transparent;background:none;padding:.5em}
button.plain:hover{background:var(--fill)}
button:disabled{opacity:.55;cursor:default}
button.main.stop{background:var(--stop);color:var(--bg)}
input,textarea,select{font:inherit;color:inherit;width:100%;min-height:2.75em;padding:.55em .75em;border:1px solid var(--edge);border-radius:.6em;background:var(--bg)}
textarea{display:block;resize:none;overflow-y:auto;max-height:9em}
::placeholder{color:var(--soft);opacity:1}
[aria-invalid]{border-color:var(--stop);box-shadow:0 0 0 1px var(--stop)}
.error{color:var(--stop)!important;font-size:.9em}
.field .error{display:block;margin-block-start:.25em}
.error:empty,.by:empty,.sent:empty,.typing:empty,.unread:empty{display:none}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
svg{display:block;width:1.3em;height:1.3em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.panel,.bar,.info{pointer-events:auto;background:var(--bg);border:1px solid var(--line);box-shadow:var(--shade)}
.panel{position:absolute;inset-block-end:max(1em,var(--keyboard));inset-inline-end:1em;width:22.5em;max-width:calc(100% - 2em);max-height:calc(100% - 2em - var(--keyboard));overflow:auto;overscroll-behavior:contain;border-radius:1em;padding:1.25em}
.panel:focus{outline:none}
.panel:focus-visible{outline:3px solid var(--accent);outline-offset:-3px}
.panel.above{inset-block-end:calc(var(--bar) + 1.7em);max-height:calc(100% - var(--bar) - 2.7em)}
.head{display:flex;align-items:start;gap:.5em;justify-content:space-between}
.head button{margin:-.55em;margin-inline-start:0;min-width:2.75em;color:var(--soft)}
.head svg{margin:auto}
h2{font-size:1.12em;font-weight:650;line-height:1.35;overflow-wrap:anywhere}
.panel p{margin-block-start:.5em;color:var(--soft)}
.code{display:flex;justify-content:center;gap:.4em;margin-block:.25em 0;direction:ltr;font-size:1.9em;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:.08em;user-select:all}
.code+.life{margin:0!important}
.life{text-align:center;font-size:.9em}
.row+.life{margin-block-start:.8em}
.wait{display:flex;align-items:center;gap:.65em;margin-block-start:1em;padding:.7em .85em;border-radius:.7em;background:var(--fill)}
.dot{flex:none;width:.6em;height:.6em;border-radius:50%;background:var(--accent);forced-color-adjust:none}
.panel.tall{display:flex;flex-direction:column}
.panel.chat{width:24em;padding-block-end:.85em;max-height:min(38em,calc(100% - 2em - var(--keyboard)))}
.panel.chat.above{max-height:min(38em,calc(100% - var(--bar) - 2.7em))}
.chat .wait{margin-block-start:.75em;padding-block:.5em}
.head button.leave{color:var(--soft);font-size:.9em;font-weight:500;min-height:3.1em;margin-inline-start:auto}
details.phone{margin-block-start:.6em;font-size:.92em;color:var(--soft)}
summary{cursor:pointer;border-radius:.4em;padding-block:.55em;list-style-position:inside}
details.phone p{font-size:.95em;margin-block-start:.35em}
details .code{color:var(--fg)}
.log{flex:1 1 auto;min-height:7em;overflow:auto;overscroll-behavior:contain;margin-block-start:.6em;border-radius:.6em}
.log ol{list-style:none;display:flex;flex-direction:column;gap:.3em;padding:.15em}
.log li{display:block!important;align-self:flex-start;max-width:88%}
.log li.own{align-self:flex-end}
.log p{margin:0!important;padding:.5em .8em;border-radius:.9em;background:var(--fill);color:var(--fg);white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid transparent}
.log .own p{background:var(--own)}
.log a{color:var(--accent);text-underline-offset:.15em}
.by,.sent{font-size:.8em;color:var(--soft);margin-block:.45em .15em;padding-inline:.25em}
.own .by,.sent{text-align:end}
.sent{margin-block:.1em 0}
.sent.failed{color:var(--stop)}
.sent button{min-height:3.4em;padding:.2em .5em;text-decoration:underline}
.typing{flex:none;font-size:.85em}
.composer{flex:none;display:flex;align-items:end;gap:.5em;margin-block-start:.7em}
.composer button{flex:none;width:2.75em;padding:0;display:grid;place-items:center}
[dir=rtl] .composer svg{transform:scaleX(-1)}
.sure{flex:none;margin-block-start:.7em;padding-block-start:.7em;border-block-start:1px solid var(--line)}
.sure:focus{outline:none}
.field{margin-block-start:.85em;display:block}
.field span:first-child{display:block;font-weight:600;margin-block-end:.25em}
.field abbr{color:var(--stop);text-decoration:none}
.scores{margin-block-start:1em}
.scores legend{font-weight:600}
.scores div{display:grid;grid-template-columns:repeat(5,1fr);gap:.4em;margin-block:.5em .25em}
.scores label{position:relative;display:grid;place-items:center;min-height:2.75em;border:1px solid var(--edge);border-radius:.6em;font-weight:600;cursor:pointer}
.scores input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.scores label:has(:checked){background:var(--accent);border-color:transparent;color:var(--on)}
.scores label:has(:focus-visible){outline:3px solid var(--accent);outline-offset:2px}
.score{display:block;min-height:1.45em;font-size:.9em;color:var(--soft)}
.unread{display:inline-grid;place-items:center;min-width:1.5em;height:1.5em;padding-inline:.35em;border-radius:.75em;background:#b3261e;color:#fff;font-size:.8em;font-weight:700;line-height:1}
.row{display:flex;flex-wrap:wrap;gap:.6em;margin-block-start:1.1em}
.row button{flex:1 1 7em}
h3{margin:1em 0 .3em;font-size:.85em;font-weight:650;color:var(--soft)}
.panel ul{list-style:none;display:grid;gap:.35em}
.panel li{display:grid;grid-template-columns:1.3em 1fr;gap:.55em;align-items:start}
.panel li svg{width:1.1em;height:1.1em;margin-block-start:.17em;color:var(--soft)}
.dock{position:absolute;inset-block-end:.9em;inset-inline:.75em;display:flex;flex-direction:column;align-items:center;gap:.7em}
.bar{max-width:100%;display:flex;align-items:center;gap:.3em;padding:.3em;padding-inline-start:1em;border-radius:1.1em}
.bar .who{min-width:0;display:flex;align-items:center;gap:.65em;font-weight:600;margin-inline-end:.5em}
.bar .who span:last-child{overflow-wrap:anywhere;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;line-height:1.3}
.bar .dot{background:#d3322a}
.bar.paused .dot,.bar.reconnecting .dot{background:none;box-shadow:inset 0 0 0 2px var(--soft)}
.bar button{display:flex;align-items:center;justify-content:center;gap:.4em;flex:none;min-width:2.75em;padding:.4em .8em}
.bar button.stop{color:var(--stop)}
.info{width:20em;max-width:100%;border-radius:1em;padding:1.1em}
.info dl{display:grid;grid-template-columns:1fr auto;gap:.35em 1em;margin-block:.6em}
.info dd{font-weight:650;font-variant-numeric:tabular-nums}
.info p{color:var(--soft);font-size:.92em}
.out{align-self:center;width:fit-content;margin-block-start:.6em;color:var(--soft);font-size:.85em}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.cursors{position:absolute;inset:0;overflow:clip;pointer-events:none;direction:ltr}
.cursor{position:absolute;left:0;top:0;color:var(--hue);forced-color-adjust:none}
.cursor svg{width:22px;height:22px;fill:var(--hue);stroke:#fff;stroke-width:1.6;filter:drop-shadow(0 1px 2px #0006)}
.cursor span{position:absolute;left:16px;top:18px;max-width:14em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:.1em .6em;border-radius:.3em .8em .8em;background:var(--hue);color:#fff;font-size:.85em;font-weight:600}
.cursor.flip span{left:auto;right:10px;border-radius:.8em .3em .8em .8em}
.cursor.idle{opacity:0}
.ring{position:absolute;width:44px;height:44px;margin:-22px 0 0 -22px;border:3px solid var(--hue);border-radius:50%;box-shadow:0 0 0 1px #fffc;forced-color-adjust:none}
@media (max-width:34em){
.panel{inset-inline:.5em;inset-block-end:max(.5em,var(--keyboard));width:auto;max-width:none;max-height:calc(100% - 1em - var(--keyboard))}
.panel.above{inset-block-end:calc(var(--bar) + 1em);max-height:calc(100% - var(--bar) - 1.5em)}
.bar button:not(.stop) span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.bar button{padding:.4em}
.panel.tall,.panel.chat.above{max-height:none}
.panel.chat{width:auto}
.panel.tall{inset:0 0 var(--keyboard);border:0;border-radius:0;padding:1em}
.panel.tall.above{inset-block:0 calc(var(--bar) + 1em)}
.dock{inset-inline:.5em;inset-block-end:.5em}
.bar{width:100%;flex-wrap:wrap;justify-content:flex-end}
.bar .who{flex:1 1 auto}
.bar .who span:last-child{-webkit-line-clamp:4}
}
@media (prefers-reduced-motion:no-preference){
.panel,.bar,.info{animation:rise .18s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
.wait .dot{animation:breathe 2s ease-in-out 5}
@keyframes breathe{50%{opacity:.3}}
.cursor{transition:opacity .4s}
.ring{animation:ring .7s ease-out forwards}
@keyframes ring{from{transform:scale(.3);opacity:1}to{transform:scale(1.3);opacity:0}}
}
@media (forced-colors:active){.dot{background:Highlight!important;box-shadow:none!important}button.main{border-color:ButtonText}.scores label:has(:checked){background:Highlight;color:HighlightText;forced-color-adjust:none}.log p,.unread{border:1px solid CanvasText}}
`;
