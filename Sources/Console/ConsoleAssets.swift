import Edge
import Web

/// The console's own style sheet, on top of the shop's, and its script.
enum ConsoleAssets {
  static let stylePath = "/assets/console.css?v=\(Assets.fingerprint(text))"

  static let scriptPath = "/assets/console.js?v=\(Assets.fingerprint(ConsoleScript.text))"

  static func register(on routes: inout Routes) {
    Assets.add("/assets/console.js", Array(ConsoleScript.text.utf8), "text/javascript; charset=utf-8", to: &routes)
    Assets.add("/assets/console.css", Array(text.utf8), "text/css; charset=utf-8", to: &routes)
  }

  private static let text = """
    .console main{padding-top:20px}
    .console-top{background:var(--ink);color:#fff}
    .console-top>div,.console-nav ul{max-width:1240px;margin:0 auto;padding:0 16px}
    .console-top>div{display:flex;flex-wrap:wrap;align-items:center;gap:6px 18px;min-height:56px}
    .console .logo span{font-weight:400;color:#c9d3de}
    .to-shop{color:#fff;font-size:.9rem;padding:6px 0}
    .account{margin-left:auto;display:flex;gap:12px;align-items:center;font-size:.9rem}
    .account button{background:none;border:1px solid #8fa3b8;color:#fff;border-radius:8px;height:36px;padding:0 12px;font:inherit;cursor:pointer}
    .console-nav ul{display:flex;flex-wrap:wrap;gap:0 22px;white-space:nowrap}
    .console-menu{background:none;border:1px solid #8fa3b8;color:#fff;border-radius:8px;height:36px;padding:0 12px;font:inherit;font-size:.9rem;cursor:pointer}
    .console-nav a{display:inline-block;padding:10px 0;color:#fff;text-decoration:none}
    .console-nav a:hover{text-decoration:underline}
    .console-nav a[aria-current]{font-weight:700;box-shadow:inset 0 -3px 0 var(--warm)}
    .console .notice.bad{background:#fdecea;border-color:var(--red)}
    .console .notice.good{background:#e9f5ee;border-color:var(--green)}
    .panel{background:var(--wash);border-radius:var(--radius);padding:14px 16px;margin:0 0 20px}
    .panel.narrow{max-width:420px;margin:32px auto;padding:24px}
    .fields{display:flex;flex-wrap:wrap;gap:12px;align-items:end}
    .fields>*{flex:0 1 auto}
    .fields .grow{flex:1 1 220px}
    .panel.narrow .fields{display:grid}
    .console label{display:grid;gap:4px;font-size:.9rem;font-weight:500}
    .console input[type=text],.console input[type=search],.console input[type=password],.console input[type=number],.console input[type=datetime-local],.console select,.console textarea{font:inherit;color:var(--ink);background:#fff;border:1px solid #8a94a0;border-radius:8px;padding:0 10px;height:40px;width:100%;min-width:0}
    .console textarea{height:auto;padding:8px 10px;font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;overflow:auto}
    .button{height:40px;border:0;border-radius:8px;background:var(--accent);color:#fff;padding:0 18px;font:inherit;font-weight:600;cursor:pointer}
    .button.quiet{background:#fff;color:var(--ink);border:1px solid #8a94a0;font-weight:500}
    .console .danger{height:40px}
    .button.small{height:32px;padding:0 10px;font-size:.85rem}
    .actions{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
    .beside{display:grid;gap:20px;margin-bottom:20px;align-items:start}
    .ranks{counter-reset:rank;display:grid;gap:8px}
    .ranks>li{border:1px solid var(--line);border-radius:var(--radius);padding:10px 12px;display:grid;grid-template-columns:2.2em 52px minmax(0,1fr);gap:4px 10px;align-items:start}
    .ranks .place{font-variant-numeric:tabular-nums;color:var(--soft);font-weight:600}
    .ranks img{width:52px;height:52px;object-fit:contain}
    .ranks .actions{grid-column:1/-1}
    .ranks p{margin:0;overflow-wrap:anywhere}
    .ranks [draggable]{cursor:grab}
    .ranks .drop{box-shadow:0 -3px 0 var(--accent)}
    .pin-at{display:flex;gap:4px}
    .console .pin-at input{width:4.2em;height:32px}
    .why{font-size:.9rem}
    .why summary{color:var(--accent);cursor:pointer;padding:4px 0}
    .console .why ul,.console .findings ul{list-style:disc;padding-left:1.2em}
    .findings h2{font-size:1rem}
    .console .findings{margin-bottom:20px}
    .lines li{display:flex;flex-wrap:wrap;gap:4px 12px;justify-content:space-between;align-items:center;padding:6px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
    .lines span{min-width:0}
    .entry{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:#fff;border:1px solid var(--line);border-radius:8px;padding:6px 10px;margin:0 0 10px;white-space:pre-wrap;overflow-wrap:anywhere}
    .console h4{font-size:.9rem;font-weight:500;color:var(--soft);margin:0 0 4px}
    .console label.check{display:flex;gap:8px;align-items:center}
    .ranks .moved{font-size:.85rem;font-weight:600}
    .moved.up{color:var(--green)}.moved.down{color:var(--red)}
    .diff{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:8px;overflow-x:auto;margin:0 0 12px;padding:6px 0}
    .diff li{padding:0 12px;white-space:pre-wrap;overflow-wrap:anywhere}
    .diff .added{background:#e9f5ee;color:#14532d}.diff .removed{background:#fdecea;color:#8c1d18}
    .console .curve{width:100%;max-width:720px;height:auto;display:block;margin-top:14px}
    .console h2{margin-top:0}
    .console h3{font-size:1rem;margin:0 0 .3em}
    .console .tiles h3{font-size:.9rem;font-weight:500;color:var(--soft);margin:0}
    .console details{margin:0 0 8px}
    .console form>label,.console details label{margin-bottom:14px}
    .console .report+.panel{margin-top:20px}
    .console .report form{display:inline}
    .sentences{list-style:disc;padding-left:1.2em;display:grid;gap:4px;margin-bottom:12px}
    .plot{display:block;width:100%;height:200px}
    .plot .all{fill:#9db7d3}.plot .out{fill:#f6dcd9}.plot .band{fill:#f4b860;opacity:.45}
    .plot .line{fill:none;stroke:#8a4b00;stroke-width:2;vector-effect:non-scaling-stroke}
    .console .report input[type=number]{width:7em;text-align:right}
    .console .report td details{margin:0}
    .console .tiles .figure{overflow-wrap:anywhere}
    @media print{.console-top,.actions,.console .panel,.skip{display:none}.console main{max-width:none;padding:0}.console .report td{font-size:10pt}}
    @media(max-width:700px){.console-nav.folds:not(.open){display:none}.console-nav.folds ul{display:grid}}
    @media(min-width:701px){.console-menu{display:none}}
    @media(min-width:900px){.beside{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.beside.three{grid-template-columns:repeat(3,minmax(0,1fr))}}
    .console fieldset{border:0;padding:0;margin:14px 0 0;min-width:0}
    .panel .fields+.fields,.panel fieldset+details{margin-top:14px}
    .console legend{font-weight:600;padding:0;margin-bottom:4px}
    .beside svg{width:100%;height:auto;max-width:420px;display:block;margin-bottom:6px}

    """
}
