/// The script: suggestions under the search box, after WAI-ARIA's combobox with a list, sliders beside the ranges' fields,
/// the space bar on filters, orders without "Apply", and word of which result was clicked. All else works without it.
enum Script {
  static let text = """
    (() => {
      const input = document.getElementById("q");
      if (!input || !window.fetch) return;
      const list = document.createElement("ul");
      list.className = "suggestions";
      list.id = "suggestions";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Suggestions");
      list.hidden = true;
      input.parentElement.append(list);
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-controls", "suggestions");
      input.setAttribute("aria-expanded", "false");
      let timer = 0, request = null, chosen = -1, typed = "";

      function hide() {
        list.hidden = true;
        chosen = -1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
      }
      function choose(index) {
        const items = rows();
        chosen = (index + items.length + 1) % (items.length + 1);
        items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
        if (chosen < items.length) {
          input.setAttribute("aria-activedescendant", items[chosen].id);
          items[chosen].scrollIntoView({ block: "nearest" });
        } else input.removeAttribute("aria-activedescendant");
        // The field shows the chosen row; behind the last row stands what was typed.
        input.value = chosen < items.length ? items[chosen].dataset.label : typed;
      }
      // A row is a link, so that every button of a mouse does with it what it does with links.
      const rows = () => [...list.querySelectorAll("a")];
      const fold = text => text.toLowerCase().normalize("NFD").replace(/\\p{M}/gu, "");
      // The label with the letters marked that each typed word is the beginning of.
      function marked(label) {
        const span = document.createElement("span");
        const typed = fold(input.value).split(/[^\\p{L}\\p{N}]+/u).filter(Boolean);
        for (const part of label.split(/([\\p{L}\\p{N}\\p{M}]+)/u)) {
          const word = fold(part);
          const length = Math.max(0, ...typed.filter(text => word.startsWith(text)).map(text => text.length));
          // A letter with its mark is two in the folded word where it is one here.
          const end = word.length === part.length ? length : length && part.length;
          if (end) span.append(Object.assign(document.createElement("mark"), { textContent: part.slice(0, end) }));
          if (end < part.length) span.append(part.slice(end));
        }
        return span;
      }
      function add(label, kind, href, picture) {
        const item = document.createElement("li");
        item.setAttribute("role", "presentation");
        const link = document.createElement("a");
        link.id = "suggestion-" + list.children.length;
        link.setAttribute("role", "option");
        link.setAttribute("aria-selected", "false");
        link.href = href;
        link.dataset.label = label;
        link.tabIndex = -1;
        if (picture) {
          const image = document.createElement("img");
          image.src = picture;
          image.alt = "";
          link.append(image);
        }
        link.append(marked(label));
        link.append(Object.assign(document.createElement("span"), { className: "kind", textContent: kind }));
        item.append(link);
        list.append(item);
      }
      // The same for "fly rods", "Fly rod" and "fly-rods".
      const singular = word => word.replace(/(s|x|z|ch|sh)es$/, "$1").replace(/([^s])s$/, "$1");
      const thing = text => fold(text).split(/[^\\p{L}\\p{N}]+/u).filter(Boolean).map(singular).join(" ");
      function show(answer) {
        list.replaceChildren();
        typed = input.value;
        const search = text => "/search?q=" + encodeURIComponent(text);
        // A category or a brand says the same as a search for its name, and leads to the better page.
        const said = new Set([...answer.categories, ...answer.brands].map(listed => thing(listed.name)));
        function addSearches(texts, kind) {
          for (const text of texts) {
            if (said.has(thing(text))) continue;
            said.add(thing(text));
            add(text, kind, search(text));
          }
        }
        addSearches(answer.recent, "Searched before");
        addSearches(answer.corrections, "Did you mean");
        addSearches(answer.queries, "Search");
        for (const c of answer.categories) add(c.name, "Category", "/c/" + c.slug);
        for (const b of answer.brands) {
          const href = "/search?filter=" + encodeURIComponent("brand:" + b.name);
          add(b.name, "Brand", b.slug ? "/b/" + encodeURIComponent(b.slug) : href);
        }
        for (const p of answer.products) add(p.title, p.price_text || "", "/products/" + p.id, p.picture);
        open();
      }
      function open() {
        list.hidden = !list.children.length;
        chosen = list.children.length;
        input.setAttribute("aria-expanded", String(!list.hidden));
      }
      input.addEventListener("input", () => {
        clearTimeout(timer);
        if (request) request.abort();
        const text = input.value.trim();
        if (!text) {
          list.replaceChildren();
          return hide();
        }
        timer = setTimeout(async () => {
          request = new AbortController();
          try {
            const response = await fetch("/v1/suggest?q=" + encodeURIComponent(text), { signal: request.signal });
            if (response.ok) show(await response.json());
          } catch (error) {
            if (error.name !== "AbortError") hide();
          }
        }, 60);
      });
      input.addEventListener("keydown", event => {
        const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
        // An arrow opens again a list that Escape closed.
        if (list.hidden && isArrow) { typed = input.value; open(); }
        if (list.hidden) return;
        if (event.key === "ArrowDown") { choose(chosen + 1); event.preventDefault(); }
        else if (event.key === "ArrowUp") { choose(chosen - 1); event.preventDefault(); }
        else if (event.key === "Escape") { input.value = typed; hide(); event.preventDefault(); }
        else if (event.key === "Enter" && rows()[chosen]) {
          rows()[chosen].click();
          event.preventDefault();
        }
      });
      // A press on a row keeps the field's focus, and so the list, until the row's link has done what the button asks.
      list.addEventListener("mousedown", event => { if (event.button !== 1) event.preventDefault(); });
      input.addEventListener("blur", event => { if (!list.contains(event.relatedTarget)) hide(); });
      list.addEventListener("focusout", event => { if (event.relatedTarget !== input) hide(); });
    })();
    (() => {
      for (const form of document.querySelectorAll("form.range")) {
        const lowest = Math.floor(form.dataset.lowest), highest = Math.ceil(form.dataset.highest);
        const fields = [...form.querySelectorAll("label input")];
        if (fields.length !== 2 || !(lowest < highest)) continue;
        const slider = document.createElement("div");
        slider.className = "slider";
        const name = form.dataset.name;
        const ends = fields.map((field, end) => {
          const range = document.createElement("input");
          Object.assign(range, { type: "range", min: lowest, max: highest, step: highest - lowest > 20 ? 1 : 0.1 });
          range.value = field.value || (end ? highest : lowest);
          range.setAttribute("aria-label", name + (end ? ", highest" : ", lowest"));
          field.addEventListener("input", () => { range.value = field.value || (end ? highest : lowest); });
          slider.append(range);
          return range;
        });
        ends.forEach((range, end) => range.addEventListener("input", () => {
          if (end ? +range.value < +ends[0].value : +range.value > +ends[1].value) range.value = ends[1 - end].value;
          fields[end].value = +range.value === (end ? highest : lowest) ? "" : range.value;
        }));
        const bars = form.querySelector(".histogram");
        if (bars) bars.after(slider); else form.prepend(slider);
      }
    })();

    (() => {
      // A filter is a link that looks like a box to tick: the space bar ticks it too.
      for (const choice of document.querySelectorAll("a.choice")) {
        choice.setAttribute("role", "checkbox");
        choice.setAttribute("aria-checked", String(choice.hasAttribute("aria-current")));
        choice.removeAttribute("aria-current");
        choice.addEventListener("keydown", event => {
          if (event.key !== " ") return;
          event.preventDefault();
          choice.click();
        });
      }
      const toggle = document.querySelector("details.toggle");
      const show = document.querySelector(".filters .show");
      if (toggle && show) show.addEventListener("click", () => { toggle.open = false; });
      const sort = document.getElementById("sort");
      if (!sort) return;
      // Arrow keys run through the orders, so that a choice by key waits for "Apply".
      let byKey = false;
      sort.addEventListener("keydown", () => { byKey = true; });
      sort.addEventListener("pointerdown", () => { byKey = false; });
      sort.addEventListener("change", () => { if (!byKey) sort.form.requestSubmit(); });
    })();

    (() => {
      const grids = document.querySelectorAll("ul.grid[data-search]");
      if (!navigator.sendBeacon) return;
      function tell(event) {
        const grid = event.currentTarget;
        const card = event.target.closest("li.card");
        if (!card || !event.target.closest("a") || event.button > 1) return;
        const click = { type: "click", search_id: grid.dataset.search, product_id: card.dataset.product };
        const body = new Blob([JSON.stringify({ events: [click] })], { type: "application/json" });
        navigator.sendBeacon("/v1/events", body);
      }
      for (const grid of grids) {
        grid.addEventListener("click", tell);
        grid.addEventListener("auxclick", tell);
      }
    })();
    """
}
