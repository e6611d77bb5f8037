import Catalog
import SearchService

/// The frame of every page: head, header with the search box and the departments, footer.
struct Layout {
  let shopName: String
  let tree: CategoryTree
  let virtual: [Listing]

  /// Departments in the header; more would wrap on a laptop.
  private static let mostDepartments = 8
  private static let mostVirtual = 4

  func page(
    title: String, query: String = "", description: String, body: HTML, isIndexed: Bool = true,
    hasResults: Bool = false
  ) -> String {
    let departments = tree.roots.prefix(Self.mostDepartments).map { node -> HTML in
      "<li><a href=\"/c/\(node.slug)\">\(node.name)</a></li>"
    }
    let lists = virtual.prefix(Self.mostVirtual).map { list -> HTML in
      "<li><a href=\"\(list.path)\">\(list.name)</a></li>"
    }
    let robots: HTML? = isIndexed ? nil : "<meta name=\"robots\" content=\"noindex\">\n"
    let toResults: HTML? = hasResults ? "<a class=\"skip\" href=\"#results\">Skip to the results</a>\n" : nil
    let html: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <meta name="description" content="\(description)">
      \(robots)<link rel="stylesheet" href="\(Assets.stylePath)">
      <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
      <link rel="manifest" href="/assets/shop.webmanifest">
      <meta name="theme-color" content="#1d2733">
      <script src="\(Assets.scriptPath)" defer></script>
      </head>
      <body>
      \(toResults)<a class="skip" href="#content">Skip to the content</a>
      <header class="top">
      <div class="bar">
      <a class="logo" href="/">\(shopName)</a>
      <form class="search" action="/search" role="search">
      <label class="hidden" for="q">Search the shop</label>
      <input id="q" name="q" type="search" value="\(query)" placeholder="Search the shop" maxlength="300" autocomplete="off" autocapitalize="off" spellcheck="false">
      <button type="submit"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2.2"/><path d="M15.5 15.5 21 21" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></svg><span class="hidden">Search</span></button>
      </form>
      </div>
      <nav aria-label="Departments"><ul class="departments">\(Array(departments))\(Array(lists))</ul></nav>
      </header>
      <main id="content" tabindex="-1">
      \(body)
      </main>
      <footer class="bottom"><p>\(shopName) runs on Vitrine. <a href="/openapi.json">The shop's API</a></p></footer>
      </body>
      </html>

      """
    return html.text
  }
}
