/// The style sheet: one column at 360 pixels, facets beside the results from 900 on.
enum Stylesheet {
  static let text = """
    :root{--ink:#1d2733;--soft:#53606e;--line:#dfe4e9;--wash:#f5f7f9;--accent:#0b5cad;--warm:#f4b860;--red:#b3261e;--green:#1b6e3c;--radius:10px}
    *{box-sizing:border-box}
    body{margin:0;min-height:100vh;display:flex;flex-direction:column;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);background:#fff}
    a{color:var(--accent)}
    h1{font-size:1.25rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.1rem;margin:0 0 .4em}
    .tiles h2{font-size:1rem;margin:0}
    ul,ol{margin:0;padding:0;list-style:none}
    img{max-width:100%;height:auto;display:block}
    .hidden{position:absolute!important;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0;padding:0;border:0}
    .skip{position:absolute;left:-999px}
    .skip:focus{left:8px;top:8px;background:#fff;padding:8px 12px;z-index:10}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
    .top{background:var(--ink);color:#fff;position:sticky;top:0;z-index:5}
    .bar{max-width:1240px;margin:0 auto;padding:10px 16px;display:flex;gap:12px;align-items:center}
    .logo{color:#fff;text-decoration:none;font-weight:700;font-size:1.3rem;letter-spacing:.02em}
    .search{position:relative;flex:1;min-width:0;display:flex}
    .search input{flex:1;min-width:0;height:44px;border:0;border-radius:var(--radius) 0 0 var(--radius);padding:0 14px;font:inherit;color:var(--ink);background:#fff}
    .search button{width:52px;height:44px;border:0;border-radius:0 var(--radius) var(--radius) 0;background:var(--warm);color:var(--ink);cursor:pointer;display:grid;place-items:center}
    .departments{max-width:1240px;margin:0 auto;padding:0 16px 8px;display:flex;gap:4px 20px;overflow-x:auto;white-space:nowrap;scrollbar-width:none;background:linear-gradient(to left,var(--ink) 40%,transparent) right/56px 100% no-repeat local,linear-gradient(to left,#8fa3b8,transparent) right/28px 100% no-repeat scroll}
    .departments a{display:inline-block;padding:6px 0;color:#fff;text-decoration:none}
    .departments a:hover{text-decoration:underline}
    .suggestions{position:absolute;top:48px;left:0;right:0;background:#fff;color:var(--ink);border-radius:var(--radius);box-shadow:0 12px 32px rgba(20,30,40,.25);overflow:auto;max-height:75vh;z-index:6}
    .suggestions a{display:flex;gap:10px;align-items:center;padding:8px 14px;min-height:44px;color:inherit;text-decoration:none}
    .suggestions mark{background:none;color:inherit;font-weight:700}
    .suggestions a:hover{background:var(--wash)}
    .suggestions a[aria-selected=true]{background:#d6e6f7;box-shadow:inset 4px 0 0 var(--accent)}
    .suggestions img{width:36px;height:36px;object-fit:contain;flex:none}
    .suggestions{max-width:720px}
    .suggestions .kind{margin-left:auto;color:#46525f;font-size:.85rem;flex:none}
    main{flex:1;width:100%;max-width:1240px;margin:0 auto;padding:8px 16px 48px}
    main:focus,.hits:focus{outline:none}
    .heading{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;justify-content:space-between;margin:4px 0 8px}
    .heading .count{color:var(--soft);margin:0}
    .crumbs{display:flex;flex-wrap:wrap;gap:0 6px;font-size:.9rem;color:var(--soft)}
    .crumbs li+li::before{content:"›";margin-right:6px}
    .crumbs li{padding:4px 0}
    .crumbs a{color:var(--soft)}
    .notice{background:#fff6e3;border-left:4px solid var(--warm);padding:6px 12px;border-radius:4px;margin:0 0 8px;font-size:.95rem}
    .grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px 14px}
    .card{position:relative;display:flex;flex-direction:column;gap:2px;font-size:.95rem}
    .card a{color:inherit;text-decoration:none;display:block}
    .card a:hover .title{text-decoration:underline}
    .card .title{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}
    .brand{color:var(--soft);font-size:.85rem;display:block}
    .picture{display:block;aspect-ratio:1;background:var(--wash);border-radius:var(--radius);overflow:hidden;margin-bottom:8px}
    .picture img{width:100%;height:100%;object-fit:contain}
    .picture.none{display:grid;place-items:center;color:#b3bec9}
    .picture.none svg{width:34%;height:auto;max-width:110px}
    .product .picture.none{aspect-ratio:auto;height:220px}
    .price{margin:2px 0 0}
    .price strong{font-size:1.1rem}
    .price.reduced strong{color:var(--red)}
    .price s,.from{color:var(--soft);font-size:.9rem}
    .note{color:var(--soft);font-size:.85rem}
    .reason{margin:0}
    .sold-out{color:var(--red)}
    .rating{display:flex;align-items:center;gap:6px;margin:2px 0 0;font-size:.85rem;color:var(--soft)}
    .stars-empty{fill:#d5dbe1}.stars-full{fill:#e0962a}
    .toggle summary{border:1px solid #8a94a0;border-radius:8px;padding:0 16px;height:44px;display:flex;align-items:center;gap:8px;cursor:pointer;list-style:none}
    .toggle summary::-webkit-details-marker{display:none}
    .toggle summary::before{content:"";width:16px;height:10px;background:linear-gradient(var(--ink),var(--ink)) 0 0/16px 2px no-repeat,linear-gradient(var(--ink),var(--ink)) 50% 4px/10px 2px no-repeat,linear-gradient(var(--ink),var(--ink)) 50% 8px/4px 2px no-repeat}
    .toggle[open] summary{background:var(--wash)}
    .toggle:not([open])~.filters{display:none}
    .results{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 12px;align-items:start}
    .results>*{grid-column:1/-1}
    .results>.toggle{grid-column:1}
    .results>.toggle~.sorting{grid-column:2;grid-row:1}
    .show{position:sticky;bottom:8px;display:block;background:var(--ink);color:#fff;text-align:center;text-decoration:none;border-radius:8px;padding:12px;margin-top:8px}
    .filters{margin-bottom:20px;min-width:0}
    .facet{border-top:1px solid var(--line)}
    .facet>summary{display:flex;align-items:center;justify-content:space-between;min-height:44px;cursor:pointer;list-style:none}
    .facet>summary::-webkit-details-marker{display:none}
    .facet>summary::after{content:"";width:8px;height:8px;margin:0 6px 4px;border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(45deg)}
    .facet[open]>summary::after{transform:rotate(-135deg);margin-bottom:-4px}
    .facet[open]{padding-bottom:10px}
    .facet h2{font-size:.95rem;margin:0}
    .unit{font-weight:400;color:var(--soft)}
    .facet ul{max-height:19rem;overflow-y:auto}
    .facet a{display:flex;gap:8px;align-items:center;padding:5px 4px;color:inherit;text-decoration:none;min-height:32px;border-radius:6px}
    .facet a:hover{background:var(--wash)}
    .facet .label{overflow-wrap:anywhere}
    .facet .count{color:var(--soft);font-size:.85rem;margin-left:auto}
    .choice::before{content:"";width:16px;height:16px;border:1.5px solid var(--soft);border-radius:4px;flex:none}
    .choice[aria-current]::before{background:var(--accent);border-color:var(--accent);box-shadow:inset 0 0 0 3px #fff}
    .choice[aria-current],.category[aria-current]{font-weight:600}
    .depth-1{padding-left:16px!important}.depth-2{padding-left:32px!important}.depth-3{padding-left:48px!important}
    .swatch{flex:none}
    .chips{display:flex;flex-wrap:wrap;gap:6px 8px;padding-bottom:10px}
    .chips li{display:flex;align-items:center}
    .understood{display:flex;flex-wrap:wrap;gap:2px 8px;align-items:baseline;font-size:.9rem}
    .understood p{margin:0}
    .understood .chips{padding-bottom:2px}
    .understood .note{flex-basis:100%;margin:0 0 10px}
    .chip{background:var(--wash);border:1px solid var(--line);border-radius:999px;padding:3px 12px;color:inherit;text-decoration:none;font-size:.9rem;overflow-wrap:anywhere}
    .rest summary,.facet .all{display:inline-block;padding:7px 4px;font-size:.9rem;color:var(--accent);cursor:pointer;min-height:32px}
    .facet .all{text-decoration:underline}
    .range,.find{display:flex;flex-wrap:wrap;gap:8px;align-items:center;padding-top:8px;font-size:.9rem}
    .range{display:grid;grid-template-columns:minmax(0,1fr) auto minmax(0,1fr) auto}
    .range .slider,.range .histogram{grid-column:1/-1}
    .range input[name]{width:100%}
    .find input[name]{width:6em}
    .range input[name],.find input[name]{height:36px;border:1px solid #8a94a0;border-radius:6px;padding:0 8px;font:inherit}
    .find{padding:0 0 16px}
    .find #prefix{width:14em}
    .range button,.find button{height:36px;border:1px solid var(--ink);border-radius:6px;background:#fff;padding:0 14px;font:inherit;cursor:pointer}
    .histogram{display:block;width:100%;height:36px;fill:#7fa6cf}
    .range input::placeholder{color:#66727f;font-size:.8rem;font-style:italic;opacity:1}
    .histogram .outside{fill:#d5dbe1}
    .slider{position:relative;width:100%;height:24px;margin-top:-8px}
    .slider::before{content:"";position:absolute;left:0;right:0;top:11px;height:2px;background:#8a94a0}
    .slider input{position:absolute;left:0;top:0;width:100%;height:24px;margin:0;background:none;pointer-events:none;appearance:none}
    .slider input::-webkit-slider-thumb{pointer-events:auto;appearance:none;width:24px;height:24px;border-radius:50%;border:2px solid var(--accent);background:#fff;cursor:pointer}
    .slider input::-moz-range-thumb{pointer-events:auto;width:20px;height:20px;border-radius:50%;border:2px solid var(--accent);background:#fff;cursor:pointer}
    .all-values{border:0;columns:16rem;column-gap:32px}
    ul.all-values{max-height:none}
    .card mark{background:none;color:inherit;font-weight:700}
    .card .found{margin:4px 0 0;font-size:.85rem;color:var(--soft)}
    .choices li{display:flex;flex-wrap:wrap;gap:3px;align-items:center}
    .sorting{display:flex;gap:8px;align-items:center;justify-content:flex-end;min-width:0;margin-bottom:12px;font-size:.9rem}
    .sorting select{height:44px;min-width:0;flex:0 1 auto;border:1px solid #8a94a0;border-radius:8px;background:#fff;color:inherit;padding:0 8px;font:inherit}
    .sorting button{height:44px;border:1px solid var(--ink);border-radius:8px;background:#fff;color:inherit;padding:0 12px;font:inherit;cursor:pointer}
    .part{margin:8px 0 12px}
    .grid+.part{margin-top:28px;border-top:1px solid var(--line);padding-top:16px}
    .periods,.periods ul{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;font-size:.9rem;color:var(--soft)}
    .periods a{color:var(--ink);text-decoration:none;padding:6px 0;display:inline-block}
    .periods a[aria-current]{font-weight:700;border-bottom:2px solid var(--warm)}
    .pages{display:flex;flex-wrap:wrap;gap:6px;justify-content:center;margin-top:28px}
    .pages a,.pages span[aria-current],.gap{display:grid;place-items:center;min-width:44px;min-height:44px;padding:0 10px;border:1px solid var(--line);border-radius:8px;text-decoration:none;color:inherit}
    .pages span[aria-current]{background:var(--ink);color:#fff}
    .gap{border:0}
    .empty{background:var(--wash);border-radius:var(--radius);padding:20px 24px;margin:0 0 8px}
    .empty p{margin:0}
    .empty p+ul{margin-top:8px}
    .results+.row{margin-top:28px}
    .empty li{display:inline-block;margin-right:16px}
    .welcome{background:linear-gradient(120deg,#1d2733,#35506b);color:#fff;border-radius:16px;padding:16px 20px;margin:4px 0 14px}
    .welcome h1{font-size:1.4rem}
    .welcome p{margin:0;color:#dbe4ec}
    .row{margin-bottom:28px}
    .grid.strip{grid-template-columns:none;grid-auto-flow:column;grid-auto-columns:calc((100% - 28px)/2.25);overflow-x:auto;overscroll-behavior-x:contain;scroll-snap-type:x proximity;scrollbar-width:thin;scroll-padding-left:4px;padding:4px 4px 10px;margin:0 -4px}
    .grid.few{grid-auto-columns:calc((100% - 14px)/2)}
    .strip .card{scroll-snap-align:start}
    .links{display:flex;flex-wrap:wrap;gap:4px 18px}
    .links a{display:inline-block;padding:4px 0}
    .danger{height:44px;border:1px solid var(--red);border-radius:8px;background:#fff;color:var(--red);padding:0 18px;font:inherit;font-weight:600;cursor:pointer}
    .prose{max-width:70ch}
    .prose li{list-style:disc;margin:0 0 6px 20px}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px}
    .tiles>li{background:var(--wash);border-radius:var(--radius);padding:8px 14px}
    .tiles a{display:inline-block;padding:4px 0}
    .tiles ul a{color:var(--soft);text-decoration:none}
    .product{display:grid;gap:20px;margin-bottom:32px}
    .gallery{display:grid;gap:12px;align-content:start}
    .gallery .picture{margin:0}
    .thumbnails{display:flex;flex-wrap:wrap;gap:8px}
    .thumbnails a{display:block;border:1px solid var(--line);border-radius:8px;padding:3px;background:var(--wash)}
    .thumbnails a[aria-current]{border:2px solid var(--ink);padding:2px}
    .thumbnails img{width:72px;height:72px;object-fit:contain}
    .variants ul{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:14px}
    .variants h2{font-size:1rem}
    .variants h2 span{font-weight:400}
    .variants a{display:flex;gap:8px;align-items:center;border:1px solid var(--line);border-radius:8px;padding:8px 12px;color:inherit;text-decoration:none;min-height:44px}
    .variants a[aria-current]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink);font-weight:600}
    .variants .other{border-style:dashed;color:var(--soft)}
    .stock{font-weight:600;margin:8px 0}
    .stock.yes{color:var(--green)}.stock.no{color:var(--red)}
    .summary{max-width:65ch}
    .details{border-collapse:collapse;width:100%;font-size:.95rem}
    .details th,.details td{text-align:left;vertical-align:top;padding:7px 12px 7px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
    .details th{font-weight:500;color:var(--soft);width:42%}
    .codes summary{color:var(--soft);font-size:.9rem;cursor:pointer;padding:10px 0}
    .figure{font-size:1.6rem;font-weight:700;margin:0}
    .figure.absent{font-weight:400;color:var(--soft)}
    .outcome{font-weight:600}
    .outcome.good{color:var(--green)}.outcome.bad{color:var(--red)}
    .report summary{cursor:pointer;color:var(--accent);white-space:nowrap}
    .report dl{display:grid;grid-template-columns:auto auto;gap:0 12px;margin:4px 0;font-size:.85rem}
    .report dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
    .report td .note{overflow-wrap:anywhere}
    .report time,.report .short{white-space:nowrap}
    .tiles .note{margin:0}
    .axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.85rem;margin:0}
    .days{display:block;width:100%;height:160px}
    .days .all{fill:#9db7d3}.days .unanswered{fill:var(--red)}
    .report{border-collapse:collapse;width:100%;font-size:.95rem}
    .report thead th{color:var(--soft);font-weight:500;font-size:.85rem;border-bottom-color:#8a94a0}
    .report th,.report td{text-align:left;padding:7px 16px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
    .report th[scope=row]{font-weight:500;overflow-wrap:anywhere;min-width:9em}
    .report .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .card .found{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}
    .bottom{background:var(--wash);color:var(--soft);padding:20px 16px;font-size:.9rem}
    .bottom ul{display:flex;flex-wrap:wrap;justify-content:center;gap:4px 24px}
    .bottom a{display:inline-block;padding:6px 0;color:var(--soft)}
    .departments a[aria-current]{font-weight:700;box-shadow:inset 0 -2px 0 var(--warm)}
    @media(max-width:639px){
    .card .rating>svg{width:62px;flex:none}
    .card .count{white-space:nowrap}
    .sorting label{position:absolute!important;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .departments-row ul ul{display:none}
    .departments-row .tiles{display:flex;flex-wrap:wrap;gap:8px}
    .departments-row .tiles>li{flex:1 0 auto;padding:6px 12px;text-align:center}
    .search{position:static}
    .suggestions{top:60px;left:8px;right:8px}
    .report thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
    .report tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}
    .report th[scope=row],.report td{border:0;padding:0}
    .report th[scope=row]{display:block}
    .report td,.report .number{display:inline-flex;flex-wrap:wrap;gap:0 6px;margin-right:14px;text-align:left;white-space:normal;font-size:.9rem}
    .report td:empty{display:none}
    .report td::before{content:attr(data-label);color:var(--soft)}
    .report .wide{display:flex}
    }
    @media(min-width:640px){
    .grid{grid-template-columns:repeat(3,minmax(0,1fr))}
    .grid.strip{grid-template-columns:none;grid-auto-columns:calc((100% - 60px)/4.3)}
    .grid.few{grid-auto-columns:calc((100% - 42px)/4)}
    .tiles{grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px}
    .tiles>li{padding:14px 16px}
    h1{font-size:1.5rem}
    .welcome h1{font-size:1.9rem}
    .welcome{padding:28px 24px;margin:8px 0 20px}
    .product .picture.none{height:320px}
    }
    @media(min-width:900px){
    .toggle,.filters .show{display:none}
    .toggle:not([open])~.filters{display:block}
    .results>.toggle~*{grid-column:2}
    .results>.filters{grid-column:1!important;grid-row:1/span 2}
    .results:has(>.filters){grid-template-columns:250px minmax(0,1fr);grid-template-rows:auto 1fr;gap:0 32px}
    .product{grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:40px}
    .grid{grid-template-columns:repeat(4,minmax(0,1fr));gap:28px 20px}
    .hits .grid{grid-template-columns:repeat(3,minmax(0,1fr))}
    .grid.strip{grid-template-columns:none}
    .grid.few{grid-auto-columns:calc((100% - 60px)/4)}
    }
    @media(min-width:1160px){.hits .grid{grid-template-columns:repeat(4,minmax(0,1fr))}}
    @media(prefers-reduced-motion:no-preference){.card .picture img{transition:transform .2s}.card a:hover .picture img{transform:scale(1.03)}}

    """
}
