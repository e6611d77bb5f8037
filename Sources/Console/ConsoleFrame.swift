import Edge
import HTTPServer
import Ports
import Web

/// The pages of the console, in the order of its navigation.
enum ConsolePage: String, CaseIterable {
  case preview = "Preview"
  case rules = "Rules"
  case versions = "Versions"
  case calendar = "Calendar"
  case experiments = "Experiments"
  case unanswered = "Zero results"
  case searches = "Searches"
  case prices = "Prices"
  case stock = "Stock"
  case orders = "Purchase orders"
  case suppliers = "Suppliers"
  case dashboard = "Dashboard"
  case reports = "Reports"
  case customers = "Customers"
  case jobs = "Jobs"
  case audit = "Audit"

  var path: String {
    switch self {
    case .preview: "/console/preview"
    case .rules: "/console/rules"
    case .versions: "/console/versions"
    case .calendar: "/console/calendar"
    case .experiments: "/console/experiments"
    case .unanswered: "/console/zero-results"
    case .searches: "/console/searches"
    case .prices: "/console/prices"
    case .stock: "/console/stock"
    case .orders: "/console/orders"
    case .suppliers: "/console/suppliers"
    case .dashboard: "/console/dashboard"
    case .reports: "/console/reports"
    case .customers: "/console/customers"
    case .jobs: "/console/jobs"
    case .audit: "/console/audit"
    }
  }

  /// The roles that may see it.
  var access: Access {
    switch self {
    case .preview, .rules, .versions, .calendar: .staff(.merchandiser, .approver)
    case .unanswered, .searches, .experiments: .staff(.merchandiser, .approver, .analyst)
    case .prices: .staff(.pricingManager)
    case .stock, .orders, .suppliers: .staff(.buyer)
    case .dashboard, .reports, .customers: .staff(.analyst)
    case .jobs: .anyStaff
    case .audit: .staff(.approver, .analyst)
    }
  }
}

/// The frame of every page for staff: the console's name, who is signed in, the navigation, and the page.
struct ConsoleFrame {
  let shopName: String
  /// nil: nobody is signed in.
  let member: StaffPrincipal?
  let current: ConsolePage?

  init(shopName: String, _ request: HTTPRequest, _ current: ConsolePage? = nil) {
    self.shopName = shopName
    self.current = current
    if case .staff(let member) = request.principal { self.member = member } else { member = nil }
  }

  func response(title: String, body: HTML, status: HTTPStatus = .ok) -> HTTPResponse {
    var response = HTTPResponse.html(page(title: title, body: body), status: status)
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  /// The same without the console around it: for paper, and for those who are not of the staff.
  func printed(title: String, body: HTML) -> HTTPResponse {
    let html: HTML = """
      <!doctype html>
      <html lang="en">
      <head>\(head(title))</head>
      <body class="console printed"><main id="content">
      \(body)
      </main></body>
      </html>

      """
    var response = HTTPResponse.html(html.text)
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  private func head(_ title: String) -> HTML {
    """
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) – \(shopName) console</title>
    <meta name="robots" content="noindex">
    <link rel="stylesheet" href="\(Assets.stylePath)">
    <link rel="stylesheet" href="\(ConsoleAssets.stylePath)">
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <meta name="theme-color" content="#1d2733">
    """
  }

  private var navigation: HTML? {
    guard let member else { return nil }
    let pages = ConsolePage.allCases.filter { page in member.roles.contains(where: page.access.allows) }
    let entries = pages.map { page -> HTML in
      let mark: HTML = page == current ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(page.path)\"\(mark)>\(page.rawValue)</a></li>"
    }
    return "<nav class=\"console-nav\" id=\"console-nav\" aria-label=\"Console\"><ul>\(entries)</ul></nav>"
  }

  /// Folds the navigation on a narrow window; without the script the navigation stands open and there is no button.
  private var menu: HTML? {
    guard member != nil else { return nil }
    return
      "<button class=\"console-menu\" type=\"button\" aria-expanded=\"false\" aria-controls=\"console-nav\" hidden>Menu</button>"
  }

  private var account: HTML? {
    guard let member else { return nil }
    return """
      <form class="account" method="post" action="/console/sign-out"><span>\(member.name)</span>\(FormToken.field(member))<button type="submit">Sign out</button></form>
      """
  }

  private func page(title: String, body: HTML) -> String {
    let html: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      \(head(title))
      <script src="\(ConsoleAssets.scriptPath)" defer></script>
      </head>
      <body class="console">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="console-top"><div><a class="logo" href="/console">\(shopName) <span>console</span></a><a class="to-shop" href="/">To the shop</a>\(menu)\(account)</div>\(navigation)</header>
      <main id="content" tabindex="-1">
      \(body)
      </main>
      </body>
      </html>

      """
    return html.text
  }
}

/// The hidden field that ties a form to its session.
enum FormToken {
  static func field(_ member: StaffPrincipal?) -> HTML {
    "<input type=\"hidden\" name=\"form_token\" value=\"\(member?.formToken ?? "")\">"
  }
}

extension HTTPResponse {
  /// A file to be saved.
  static func csv(_ text: String, named name: String) -> HTTPResponse {
    var response = HTTPResponse.bytes(Array(text.utf8), contentType: "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=\"\(name)\""
    response.headers["Cache-Control"] = "no-store"
    return response
  }
}
