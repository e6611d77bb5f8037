/// The console's script: the results follow a rule that is typed, a product is dragged to its place, and on a narrow window
/// the navigation folds. All of it can be done without.
enum ConsoleScript {
  static let text = """
    (() => {
      const menu = document.querySelector(".console-menu");
      const nav = document.getElementById("console-nav");
      if (menu && nav) {
        menu.hidden = false;
        nav.classList.add("folds");
        menu.addEventListener("click", () => {
          const open = nav.classList.toggle("open");
          menu.setAttribute("aria-expanded", String(open));
        });
      }

      // A rule that is typed: the newest text is tried, and an older answer is dropped.
      const form = document.querySelector("form[data-try]");
      const region = document.getElementById("comparison");
      if (form && region) {
        const field = form.querySelector("textarea");
        const said = form.querySelector("[data-said]");
        let request = null, timer = 0;
        field.addEventListener("input", () => {
          const began = performance.now();
          clearTimeout(timer);
          timer = setTimeout(async () => {
            if (request) request.abort();
            request = new AbortController();
            try {
              const answer = await fetch(form.dataset.try, {
                method: "POST", body: new URLSearchParams(new FormData(form)), signal: request.signal,
              });
              if (!answer.ok || answer.redirected) {
                said.textContent = "The results could not be shown. Save, or load the page again.";
                return;
              }
              const part = document.createElement("div");
              part.innerHTML = await answer.text();
              if (!part.querySelector(".bad")) region.replaceChildren(...part.childNodes);
              const status = (part.firstChild ? part : region).querySelector("[role=status]");
              said.textContent = status ? status.textContent : "";
              region.dataset.milliseconds = String(Math.round(performance.now() - began));
            } catch (error) {
              if (error.name !== "AbortError") said.textContent = "The shop does not answer.";
            }
          }, 30);
        });
      }

      // A product that is dragged to a place is pinned there; "Pin at" does the same by keyboard.
      const ranks = document.querySelector("[data-ranks]");
      const pin = ranks && ranks.querySelector(".pin-at");
      if (pin) {
        let dragged = null;
        for (const item of ranks.children) if (item.querySelector(".pin-at")) item.draggable = true;
        ranks.addEventListener("dragstart", event => {
          dragged = event.target.closest("li[data-product]");
          if (dragged) event.dataTransfer.effectAllowed = "move";
        });
        const over = event => event.target.closest && event.target.closest("li[data-product][draggable]");
        ranks.addEventListener("dragover", event => {
          const item = over(event);
          if (!dragged || !item) return;
          event.preventDefault();
          for (const other of ranks.children) other.classList.toggle("drop", other === item && item !== dragged);
        });
        ranks.addEventListener("dragend", () => {
          for (const other of ranks.children) other.classList.remove("drop");
          dragged = null;
        });
        ranks.addEventListener("drop", event => {
          const item = over(event);
          if (!dragged || !item || item === dragged) return;
          event.preventDefault();
          const own = dragged.querySelector(".pin-at").closest("form");
          own.querySelector("[name=place]").value = String([...ranks.children].indexOf(item) + 1);
          own.requestSubmit();
        });
      }
    })();

    """
}
