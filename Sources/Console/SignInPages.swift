public import Accounts
public import Edge
import HTTPServer
import Ports
public import Signing
import Web

/// Signing in and out of the console.
///
/// The form of the sign-in page is tied to a cookie of its own, so that another site cannot sign a browser in under a name of
/// its choice.
public struct SignInPages: Sendable {
  private static let formCookie = "staff_form"
  private static let purpose = "sign-in form"
  private static let largestForm = 4_096

  let accounts: Accounts
  let signer: TokenSigner
  let shopName: String

  public init(accounts: Accounts, signer: TokenSigner, shopName: String) {
    self.accounts = accounts
    self.signer = signer
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    ConsoleAssets.register(on: &routes)
    routes.get(
      SignInAddress.path, Route(access: .everyone, name: "sign-in page", isPage: true, rate: .free), form)
    routes.post(
      SignInAddress.path,
      Route(access: .everyone, name: "sign in", isPage: true, maxBodyBytes: Self.largestForm), signIn)
    routes.post(
      "/console/sign-out",
      Route(access: .anyStaff, name: "sign out", isPage: true, rate: .free, maxBodyBytes: Self.largestForm),
      signOut)
    routes.post(
      "/console/end-sessions",
      Route(access: .anyStaff, name: "end sessions", isPage: true, rate: .free, maxBodyBytes: Self.largestForm),
      endSessions)
    routes.get("/console", Route(access: .anyStaff, name: "console", isPage: true, rate: .free), home)
  }

  // MARK: In

  @Sendable private func form(_ request: HTTPRequest) async throws -> HTTPResponse {
    page(request, back: SignInAddress.back(to: try request.query { $0 == "to" }["to"]))
  }

  private func page(
    _ request: HTTPRequest, back: String, name: String = "", notice: String? = nil, status: HTTPStatus = .ok,
    headers: HTTPHeaders = [:]
  ) -> HTTPResponse {
    let secret = RandomToken.make()
    let token = signer.sign(Array(secret.utf8), purpose: Self.purpose)
    let message: HTML? = notice.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" }
    let body: HTML = """
      <div class="panel narrow"><h1>Sign in</h1>\(message)
      <form method="post" action="\(SignInAddress.path)"><div class="fields">
      <input type="hidden" name="form_token" value="\(token)"><input type="hidden" name="to" value="\(back)">
      <label>Name<input type="text" name="name" value="\(name)" maxlength="100" required autocomplete="username" autocapitalize="none" spellcheck="false"></label>
      <label>Password<input type="password" name="password" maxlength="200" required autocomplete="current-password"></label>
      <button class="button" type="submit">Sign in</button></div></form></div>
      """
    var response = ConsoleFrame(shopName: shopName, request).response(title: "Sign in", body: body, status: status)
    for field in headers.fields { response.headers.add(field.name, field.value) }
    response.headers.add(
      "Set-Cookie",
      "\(Self.formCookie)=\(secret); Path=\(SignInAddress.path); Max-Age=3600; HttpOnly; SameSite=Strict\(request.isSecure ? "; Secure" : "")"
    )
    return response
  }

  @Sendable private func signIn(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["form_token", "name", "password", "to"].contains($0) }
    let (name, back) = (form["name"] ?? "", SignInAddress.back(to: form["to"]))
    let secret = signer.verify(form["form_token"] ?? "", purpose: Self.purpose)
    guard let secret, request.cookies(Self.formCookie).contains(where: { Array($0.utf8) == secret }) else {
      return page(
        request, back: back, name: name, notice: "This form was out of date. Try again.", status: .forbidden)
    }
    let address = (request.sender.isEmpty ? Array(request.remoteAddress.utf8) : request.sender)
      .map { String($0, radix: 16) }.joined(separator: ".")
    let outcome: SignInOutcome
    do {
      outcome = try await accounts.signIn(
        name: name, password: form["password"] ?? "", address: address, formerToken: StaffCookie.token(of: request))
    } catch is PasswordHasher.Busy {
      outcome = .locked(seconds: 3)
    }
    switch outcome {
    case .signedIn(let token, _):
      var response = HTTPResponse.redirect(to: back)
      response.headers["Cache-Control"] = "no-store"
      response.headers.add("Set-Cookie", StaffCookie.begin(token, on: request))
      return response
    case .refused:
      return page(
        request, back: back, name: name, notice: "The name or the password is not right.", status: .unauthorized)
    case .locked(let seconds):
      let wait = Int(saturating: seconds.rounded(.up))
      return page(
        request, back: back, name: name,
        notice: "Too many tries failed. Wait \(ShopWords.duration(.seconds(wait))), then try again.",
        status: .tooManyRequests, headers: ["Retry-After": "\(max(1, wait))"])
    }
  }

  // MARK: Out

  @Sendable private func signOut(_ request: HTTPRequest) async throws -> HTTPResponse {
    if case .staff(let member) = request.principal { try await accounts.signOut(member.session) }
    return signedOut(request)
  }

  @Sendable private func endSessions(_ request: HTTPRequest) async throws -> HTTPResponse {
    if case .staff(let member) = request.principal {
      _ = try await accounts.endSessions(of: member.name, by: member.name)
    }
    return signedOut(request)
  }

  private func signedOut(_ request: HTTPRequest) -> HTTPResponse {
    var response = HTTPResponse.redirect(to: SignInAddress.path)
    response.headers.add("Set-Cookie", StaffCookie.end(on: request))
    return response
  }

  // MARK: Home

  @Sendable private func home(_ request: HTTPRequest) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request)
    guard let member = frame.member else { return .redirect(to: ConsolePage.jobs.path) }
    let pages = ConsolePage.allCases.filter { page in member.roles.contains(where: page.access.allows) }
    let tiles = pages.map { page -> HTML in
      "<li><h2><a href=\"\(page.path)\">\(page.rawValue)</a></h2><p class=\"note\">\(page.summary)</p></li>"
    }
    let roles = member.roles.map { $0.rawValue.replacing("_", with: " ") }.sorted().joined(separator: ", ")
    let body: HTML = """
      <div class="heading"><h1>Console</h1><p class="count">\(member.name): \(roles)</p></div>
      <ul class="tiles row">\(tiles)</ul>
      <form class="row" method="post" action="/console/end-sessions">\(FormToken.field(member))<button class="button quiet" type="submit">Sign out everywhere</button></form>
      """
    return frame.response(title: "Console", body: body)
  }
}

extension ConsolePage {
  /// One line for the console's first page.
  var summary: String {
    switch self {
    case .preview: "See a search before and after a change; pin, hide and lift products."
    case .rules: "Synonyms and rules in drafts, and their difference from what is published."
    case .versions: "What was published, when, by whom and why; take it back."
    case .calendar: "Campaigns and rules with a time, and drafts that are published by themselves."
    case .experiments: "Compare two ways of searching on visitors, and decide by what they do."
    case .unanswered: "Searches that find nothing, the most frequent first."
    case .searches: "What shoppers search for and click on."
    case .prices: "New prices from the sales, with their evidence; publish them, take them back."
    case .stock: "Forecasts, stock that runs out or lies too long, and proposals of orders."
    case .orders: "Orders to suppliers, and the receipt of their goods."
    case .suppliers: "Delivery times, minimums and packs, and the brands of each supplier."
    case .dashboard: "The shop's figures, beside those of the days and the year before."
    case .customers: "Segments with their worth and churn, and lists for campaigns."
    case .reports: "Five reports in sentences, for paper."
    case .jobs: "What the workers do, and how it ended."
    case .audit: "Every change: who, when, what, why."
    }
  }
}
