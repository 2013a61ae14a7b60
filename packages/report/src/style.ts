// The places are classes, because a style on an element would need a policy that lets anybody's styles in.
const places = Array.from({ length: 101 }, (_, place) => `.p${place}{left:${place}%}.w${place}{width:${place}%}`).join(
  "",
);

/** The page's styles: light and dark, a phone and a wide screen, paper. */
export const style: string = `
:root{color-scheme:light dark;--ground:#fff;--card:#f6f8fa;--text:#1f2328;--soft:#57606a;--rule:#d0d7de;
--critical:#b3261e;--page:#9a4a00;--warn:#7a5b00;--fine:#1a6b32;--skipped:#57606a;
--critical-soft:#fdebea;--page-soft:#fdf0e4;--warn-soft:#fbf4d9;--fine-soft:#e6f4ea;--skipped-soft:#eef1f4}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--card:#161b22;--text:#e6edf3;--soft:#9ba4ae;--rule:#30363d;
--critical:#ff8b82;--page:#ffab5e;--warn:#e6c24d;--fine:#5fd07d;--skipped:#9ba4ae;
--critical-soft:#3a1d1b;--page-soft:#38260f;--warn-soft:#33290d;--fine-soft:#12301c;--skipped-soft:#21262d}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:68rem;margin:0 auto;padding:clamp(1rem,4vw,2.5rem)}
h1{font-size:.95rem;font-weight:600;color:var(--soft);margin:0;letter-spacing:.02em}
.headline{font-size:clamp(1.35rem,4.5vw,2rem);line-height:1.25;font-weight:650;margin:.35rem 0 .5rem;text-wrap:balance}
.when{color:var(--soft);margin:0 0 1.25rem;font-size:.9rem}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;margin:0 0 1.75rem;padding:0}
.counts li{padding:.2rem .75rem;border-radius:2rem;font-weight:600;font-size:.9rem}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0 0 .5rem;padding:0;font-size:.85rem;color:var(--soft)}
.axis,.line{position:relative;margin-left:calc(13rem + 1rem);margin-right:1rem}
.axis{height:1.4rem;font-size:.75rem;color:var(--soft)}
.tick{position:absolute;transform:translateX(-50%);white-space:nowrap}
.grants{list-style:none;margin:0;padding:0}
.grant{background:var(--card);border:1px solid var(--rule);border-left:.3rem solid var(--level);border-radius:.5rem;
padding:.75rem 1rem;margin:0 0 .6rem;display:grid;grid-template-columns:12rem 1fr;gap:.1rem 1rem;align-items:start;break-inside:avoid}
.grant .line{margin:0;height:1.3rem;grid-column:2}
.grant h3{font-size:1rem;margin:0;overflow-wrap:anywhere;grid-row:span 2}
.badge{display:inline-block;font-size:.78rem;font-weight:600;padding:.05rem .6rem;border-radius:2rem;background:var(--level-soft);color:var(--level);margin-top:.2rem}
.action{display:block;font-size:.85rem;font-weight:400;color:var(--soft)}
.line::before{content:"";position:absolute;left:0;right:0;top:50%;height:1px;background:var(--rule)}
.bar{position:absolute;left:0;top:calc(50% - .15rem);height:.3rem;border-radius:.15rem;background:var(--level);opacity:.45}
.mark,.key{display:inline-block;background:var(--level,var(--soft))}
.mark{position:absolute;top:50%;width:.85rem;height:.85rem;transform:translate(-50%,-50%)}
.key{width:.7rem;height:.7rem;margin-right:.35rem;background:var(--soft)}
.circle{border-radius:50%}
.diamond{clip-path:polygon(50% 0,100% 50%,50% 100%,0 50%)}
.triangle{clip-path:polygon(50% 0,100% 100%,0 100%)}
.ends,.unknown{grid-column:2;margin:0;font-size:.85rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:.1rem 1rem}
.detail{grid-column:1/-1;margin:.4rem 0 0;overflow-wrap:anywhere}
.code{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.command{grid-column:1/-1;margin:.4rem 0 0;padding:.5rem .75rem;border:1px solid var(--rule);border-radius:.4rem;background:var(--ground);
font:.9rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;white-space:pre-wrap;user-select:all}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.critical{--level:var(--critical);--level-soft:var(--critical-soft)}.page{--level:var(--page);--level-soft:var(--page-soft)}
.warn{--level:var(--warn);--level-soft:var(--warn-soft)}.fine{--level:var(--fine);--level-soft:var(--fine-soft)}
.skipped{--level:var(--skipped);--level-soft:var(--skipped-soft)}
.counts li{background:var(--level-soft);color:var(--level)}
details{margin:0 0 .75rem}summary{cursor:pointer;font-weight:600;padding:.5rem 0}
summary:focus-visible{outline:2px solid var(--text);outline-offset:2px;border-radius:.25rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){.grant{grid-template-columns:1fr;padding:.75rem}.axis{margin:0 .75rem}.grant h3,.grant .line,.ends,.unknown{grid-column:1}
.grant .line{margin:.25rem 0}}
@media print{:root{color-scheme:light}body{font-size:11pt}details{display:block}}
${places}`.trim();
