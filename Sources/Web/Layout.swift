import Catalog
import SearchService

/// The frame of every page: head, header with the search box and a bar of links, footer.
struct Layout {
  /// A link of the header's bar.
  struct Entry {
    var name: String
    var path: String
    var isCurrent = false
  }

  let shopName: String
  /// The bar's name for those who hear it.
  let barName: String
  let bar: [Entry]

  /// Departments in the header; more would wrap on a laptop.
  private static let maxDepartments = 8
  private static let maxVirtual = 4

  /// A page for shoppers: the bar has the departments and the shop's lists; brands, where there are no departments.
  init(shopName: String, tree: CategoryTree, lists: [Listing], brands: [String] = []) {
    self.shopName = shopName
    let departments = tree.roots.prefix(Self.maxDepartments).map { Entry(name: $0.name, path: "/c/\($0.slug)") }
    let named = departments.isEmpty ? brands.prefix(Self.maxDepartments).map(Self.brand) : Array(departments)
    barName = departments.isEmpty && !brands.isEmpty ? "Lists and brands" : "Departments"
    let lists = lists.prefix(Self.maxVirtual).map { Entry(name: $0.name, path: $0.path) }
    bar = departments.isEmpty ? lists + named : named + lists
  }

  private static func brand(_ name: String) -> Entry { Entry(name: name, path: Address.brand(name)) }

  func page(
    title: String, query: String = "", description: String, body: HTML, isIndexed: Bool = true,
    hasResults: Bool = false
  ) -> String {
    let entries = bar.map { entry -> HTML in
      let current: HTML = entry.isCurrent ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(entry.path)\"\(current)>\(entry.name)</a></li>"
    }
    let nav: HTML? =
      entries.isEmpty ? nil : "<nav aria-label=\"\(barName)\"><ul class=\"departments\">\(entries)</ul></nav>\n"
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
      \(nav)</header>
      <main id="content" tabindex="-1">
      \(body)
      </main>
      <footer class="bottom"><ul><li><a href="\(HistoryPage.path)">Your history</a></li><li><a href="\(HistoryPage.path)#privacy">Privacy</a></li><li><a href="/openapi.json">For developers</a></li></ul></footer>
      </body>
      </html>

      """
    return html.text
  }
}
