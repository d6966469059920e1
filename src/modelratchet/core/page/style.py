"""The look of the HTML page: system fonts, two schemes of colour, one column that becomes narrow on a phone."""

STYLE = """
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#5a6472;--line:#dfe3e8;--link:#0b5cad;
--passed:#19703c;--passed-back:#e3f4e9;--warning:#7a5200;--warning-back:#fdf1d2;--inconclusive:#54429c;--inconclusive-back:#ece8fa;
--failed:#ab1f2a;--failed-back:#fde6e7;--mark:#24507e}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1d2127;--ink:#e6e9ed;--soft:#9aa5b1;--line:#343b44;--link:#7db8f5;
--passed:#7ed8a0;--passed-back:#173524;--warning:#f0c76a;--warning-back:#3a2e10;--inconclusive:#bcaef5;--inconclusive-back:#2b2447;
--failed:#ff9da3;--failed-back:#46191d;--mark:#8fbdee}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1rem 3rem}
header,section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.4rem;margin-bottom:1rem}
header{border-left:10px solid;padding:1.3rem 1.6rem}
header.promote{border-left-color:var(--passed)}header.reject{border-left-color:var(--failed)}header.inconclusive{border-left-color:var(--inconclusive)}
h1{font-size:2.6rem;line-height:1.1;letter-spacing:.02em;margin:.1rem 0 .2rem}
.promote h1{color:var(--passed)}.reject h1{color:var(--failed)}.inconclusive h1{color:var(--inconclusive)}
.about{color:var(--soft);margin:0}.headline{font-size:1.2rem;margin:0 0 .5rem}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 .7rem}
p{margin:.5rem 0;max-width:75ch;overflow-wrap:anywhere}
.override{border:2px solid var(--warning);background:var(--warning-back);color:var(--warning);border-radius:8px;padding:.6rem .8rem}
.wide{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.38rem .8rem .38rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
td{max-width:28rem}tbody tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:600;white-space:nowrap}
.number,.value{font-variant-numeric:tabular-nums;white-space:nowrap}th.number,td.number{text-align:right}
code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.badge{display:inline-block;border-radius:1em;padding:0 .65em;font-size:.85rem;font-weight:600;white-space:nowrap}
.badge.passed{color:var(--passed);background:var(--passed-back)}.badge.warning{color:var(--warning);background:var(--warning-back)}
.badge.inconclusive{color:var(--inconclusive);background:var(--inconclusive-back)}.badge.failed{color:var(--failed);background:var(--failed-back)}
.plot{margin:.4rem 0 .9rem}
.legend{color:var(--soft);font-size:.85rem;margin:0 0 .4rem}
.key{display:inline-block;height:1em;margin:0 .45em 0 .9em;vertical-align:-.15em;border-left:2px solid var(--soft)}
.key:first-child{margin-left:0}.key.limit{border-left:2px dashed var(--failed)}
.row{display:grid;grid-template-columns:14rem minmax(8rem,1fr) 17rem 8rem;gap:.2rem 1rem;align-items:center;padding:.12rem 0}
.label{overflow-wrap:anywhere;font-size:.92rem}.value{font-size:.88rem}
.bar{display:block;overflow:hidden}
.bar .beyond{fill:var(--failed);opacity:.1}.bar .neutral{stroke:var(--soft);stroke-width:1.5}
.bar .limit{stroke:var(--failed);stroke-width:1.5;stroke-dasharray:4 3}
.bar .interval{stroke:var(--mark);stroke-width:3}.bar .end{stroke:var(--mark);stroke-width:2}
.bar .estimate{fill:var(--mark);stroke:var(--card);stroke-width:1.5}
details{border-top:1px solid var(--line);margin-top:.7rem;padding-top:.5rem}
summary{cursor:pointer;color:var(--link);font-size:.95rem}
a{color:var(--link)}ul{margin:.3rem 0;padding-left:1.2rem}
@media(max-width:48rem){main{padding:.7rem .5rem 2rem}header,section{padding:.9rem}header{border-left-width:6px}h1{font-size:2rem}th{white-space:normal}code{overflow-wrap:anywhere}table{font-size:.84rem}th,td{padding-right:.5rem;overflow-wrap:anywhere}td{min-width:4.6rem}td.number{min-width:0}
.row{grid-template-columns:1fr auto;border-bottom:1px solid var(--line);padding:.5rem 0}.bar{grid-row:2;grid-column:1/-1}.value{grid-row:3}}
@media print{body{background:#fff}section{break-inside:avoid}}
"""
