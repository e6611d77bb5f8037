import Edge
import HTTPServer
import Ports
import Web

/// The pages of the console, in the order of its navigation.
enum ConsolePage: String, CaseIterable {
  case preview = "Preview"
  case rules = "Rules"
  case versions = "Versions"
  case experiments = "Experiments"
  case unanswered = "Zero results"
  case searches = "Searches"
  case jobs = "Jobs"
  case audit = "Audit"

  var path: String {
    switch self {
    case .preview: "/console/preview"
    case .rules: "/console/rules"
    case .versions: "/console/versions"
    case .experiments: "/console/experiments"
    case .unanswered: "/console/zero-results"
    case .searches: "/console/searches"
    case .jobs: "/console/jobs"
    case .audit: "/console/audit"
    }
  }

  /// The roles that may see it.
  var access: Access {
    switch self {
    case .preview, .rules, .versions: .staff(.merchandiser, .approver)
    case .unanswered, .searches, .experiments: .staff(.merchandiser, .approver, .analyst)
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

  private var navigation: HTML? {
    guard let member else { return nil }
    let pages = ConsolePage.allCases.filter { page in member.roles.contains(where: page.access.allows) }
    let entries = pages.map { page -> HTML in
      let mark: HTML = page == current ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(page.path)\"\(mark)>\(page.rawValue)</a></li>"
    }
    return "<nav class=\"console-nav\" aria-label=\"Console\"><ul>\(entries)</ul></nav>"
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
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title) – \(shopName) console</title>
      <meta name="robots" content="noindex">
      <link rel="stylesheet" href="\(Assets.stylePath)">
      <link rel="stylesheet" href="\(ConsoleAssets.stylePath)">
      <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
      <meta name="theme-color" content="#1d2733">
      </head>
      <body class="console">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="console-top"><div><a class="logo" href="/console">\(shopName) <span>console</span></a><a class="to-shop" href="/">To the shop</a>\(account)</div>\(navigation)</header>
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
