/// The style sheet: one column at 360 pixels, facets beside the results from 900 on.
enum Stylesheet {
  static let text = """
    :root{--ink:#1d2733;--soft:#53606e;--line:#dfe4e9;--wash:#f5f7f9;--accent:#0b5cad;--warm:#f4b860;--red:#b3261e;--green:#1b6e3c;--radius:10px}
    *{box-sizing:border-box}
    body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);background:#fff}
    a{color:var(--accent)}
    h1{font-size:1.5rem;line-height:1.25;margin:.2em 0}
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
    .search{position:relative;flex:1;min-width:0;display:flex;max-width:720px}
    .search input{flex:1;min-width:0;height:44px;border:0;border-radius:var(--radius) 0 0 var(--radius);padding:0 14px;font:inherit;color:var(--ink);background:#fff}
    .search button{width:52px;height:44px;border:0;border-radius:0 var(--radius) var(--radius) 0;background:var(--warm);color:var(--ink);cursor:pointer;display:grid;place-items:center}
    .departments{max-width:1240px;margin:0 auto;padding:0 16px 8px;display:flex;gap:4px 20px;overflow-x:auto;white-space:nowrap}
    .departments a{display:inline-block;padding:6px 0;color:#fff;text-decoration:none}
    .departments a:hover{text-decoration:underline}
    .suggestions{position:absolute;top:48px;left:0;right:0;background:#fff;color:var(--ink);border-radius:var(--radius);box-shadow:0 12px 32px rgba(20,30,40,.25);overflow:hidden;z-index:6}
    .suggestions a{display:flex;gap:10px;align-items:center;padding:8px 14px;min-height:44px;color:inherit;text-decoration:none}
    .suggestions mark{background:none;color:inherit;font-weight:700}
    .suggestions a[aria-selected=true],.suggestions a:hover{background:var(--wash)}
    .suggestions img{width:36px;height:36px;object-fit:contain;flex:none}
    .suggestions .kind{margin-left:auto;color:var(--soft);font-size:.85rem;flex:none}
    main{max-width:1240px;margin:0 auto;padding:12px 16px 48px;min-height:70vh}
    .heading{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;justify-content:space-between;margin:8px 0 12px}
    .heading .count{color:var(--soft);margin:0}
    .crumbs{display:flex;flex-wrap:wrap;gap:0 6px;font-size:.9rem;color:var(--soft)}
    .crumbs li+li::before{content:"›";margin-right:6px}
    .crumbs a{color:var(--soft);display:inline-block;padding:4px 0}
    .notice{background:#fff6e3;border-left:4px solid var(--warm);padding:10px 14px;border-radius:4px}
    .grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px 14px}
    .card{position:relative;display:flex;flex-direction:column;gap:2px;font-size:.95rem}
    .card a{color:inherit;text-decoration:none;display:block}
    .card a:hover .title{text-decoration:underline}
    .card .title{display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}
    .brand{color:var(--soft);font-size:.85rem;display:block}
    .picture{display:block;aspect-ratio:1;background:var(--wash);border-radius:var(--radius);overflow:hidden;margin-bottom:8px}
    .picture img{width:100%;height:100%;object-fit:contain}
    .picture.none{background:repeating-linear-gradient(45deg,var(--wash) 0 12px,#eef1f4 12px 24px)}
    .price{margin:2px 0 0}
    .price strong{font-size:1.1rem}
    .price.reduced strong{color:var(--red)}
    .price s,.from{color:var(--soft);font-size:.9rem}
    .note{color:var(--soft);font-size:.85rem}
    .sold-out{color:var(--red)}
    .rating{display:flex;align-items:center;gap:6px;margin:2px 0 0;font-size:.85rem;color:var(--soft)}
    .stars-empty{fill:#d5dbe1}.stars-full{fill:#e0962a}
    .toggle-label{display:inline-block;border:1px solid var(--line);border-radius:var(--radius);padding:9px 16px;margin-bottom:12px;cursor:pointer;min-height:44px}
    .toggle:focus-visible+.toggle-label{outline:3px solid var(--accent);outline-offset:2px}
    .toggle:not(:checked)~.filters{display:none}
    .filters{margin-bottom:20px}
    .facet{border-top:1px solid var(--line);padding:12px 0}
    .facet h2{font-size:.95rem}
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
    .chips{display:flex;flex-wrap:wrap;gap:8px;padding-bottom:12px}
    .chips li{display:flex;align-items:center}
    .chip{background:var(--wash);border:1px solid var(--line);border-radius:999px;padding:5px 12px;color:inherit;text-decoration:none;font-size:.9rem}
    .facet details summary,.facet .all{display:inline-block;padding:7px 4px;font-size:.9rem;color:var(--accent);cursor:pointer;min-height:32px}
    .facet .all{text-decoration:underline}
    .range,.find{display:flex;flex-wrap:wrap;gap:8px;align-items:center;padding-top:8px;font-size:.9rem}
    .range input[name],.find input[name]{width:6em;height:36px;border:1px solid #8a94a0;border-radius:6px;padding:0 8px;font:inherit}
    .find{padding:0 0 16px}
    .find #prefix{width:14em}
    .range button,.find button{height:36px;border:1px solid var(--ink);border-radius:6px;background:#fff;padding:0 14px;font:inherit;cursor:pointer}
    .histogram{display:block;width:100%;height:36px;fill:var(--accent)}
    .histogram .outside{fill:#c3cbd3}
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
    .sorting{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;margin-bottom:16px;font-size:.9rem;color:var(--soft)}
    .sorting ul{display:flex;flex-wrap:wrap;gap:4px 12px}
    .sorting a{color:var(--ink);text-decoration:none;padding:6px 0;display:inline-block}
    .sorting a[aria-current]{font-weight:700;border-bottom:2px solid var(--warm)}
    .pages{display:flex;flex-wrap:wrap;gap:6px;justify-content:center;margin-top:28px}
    .pages a,.pages span[aria-current],.gap{display:grid;place-items:center;min-width:44px;min-height:44px;padding:0 10px;border:1px solid var(--line);border-radius:8px;text-decoration:none;color:inherit}
    .pages span[aria-current]{background:var(--ink);color:#fff}
    .gap{border:0}
    .empty{background:var(--wash);border-radius:var(--radius);padding:24px}
    .empty li{display:inline-block;margin-right:16px}
    .welcome{background:linear-gradient(120deg,#1d2733,#35506b);color:#fff;border-radius:16px;padding:28px 24px;margin:8px 0 20px}
    .welcome h1{font-size:1.9rem}
    .welcome p{margin:0;color:#dbe4ec}
    .row{margin-bottom:32px}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px}
    .tiles>li{background:var(--wash);border-radius:var(--radius);padding:14px 16px}
    .tiles a{display:inline-block;padding:4px 0}
    .tiles ul a{color:var(--soft);text-decoration:none}
    .product{display:grid;gap:20px;margin-bottom:32px}
    .gallery{display:grid;gap:12px}
    .variants ul{display:flex;flex-wrap:wrap;gap:8px}
    .variants a{display:flex;gap:8px;align-items:center;border:1px solid var(--line);border-radius:8px;padding:8px 12px;color:inherit;text-decoration:none;min-height:44px}
    .variants a[aria-current]{border:2px solid var(--ink);font-weight:600}
    .stock{font-weight:600;margin:8px 0}
    .stock.yes{color:var(--green)}.stock.no{color:var(--red)}
    .summary{max-width:65ch}
    .details{border-collapse:collapse;width:100%;font-size:.95rem}
    .details th,.details td{text-align:left;vertical-align:top;padding:7px 12px 7px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
    .details th{font-weight:500;color:var(--soft);width:42%}
    .figure{font-size:1.6rem;font-weight:700;margin:0}
    .days{display:block;width:100%;height:160px}
    .days .all{fill:#9db7d3}.days .unanswered{fill:var(--red)}
    .wide{overflow-x:auto}
    .report{border-collapse:collapse;width:100%;font-size:.95rem}
    .report th,.report td{text-align:left;padding:7px 16px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
    .report th[scope=row]{font-weight:500;overflow-wrap:anywhere;min-width:9em}
    .report .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .bottom{background:var(--wash);color:var(--soft);text-align:center;padding:20px 16px;font-size:.9rem}
    @media(min-width:640px){.grid{grid-template-columns:repeat(3,minmax(0,1fr))}}
    @media(min-width:900px){
    .toggle,.toggle-label{display:none!important}
    .toggle:not(:checked)~.filters{display:block}
    .results{display:grid;grid-template-columns:250px minmax(0,1fr);gap:32px;align-items:start}
    .product{grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:40px}
    .grid{grid-template-columns:repeat(4,minmax(0,1fr));gap:28px 20px}
    .hits .grid{grid-template-columns:repeat(3,minmax(0,1fr))}
    }
    @media(min-width:1160px){.hits .grid{grid-template-columns:repeat(4,minmax(0,1fr))}}
    @media(prefers-reduced-motion:no-preference){.card .picture img{transition:transform .2s}.card a:hover .picture img{transform:scale(1.03)}}

    """
}
