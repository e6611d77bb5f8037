import Catalog
public import Edge
import HTTPServer
public import Merchandising
import Ports
import Web

/// The published versions: when, by whom and why, the difference from what is in force, and the button that takes it back.
public struct VersionsPage: Sendable {
  private static let shown = 100

  let merchandising: Merchandising
  let preview: Preview
  let shopName: String

  public init(merchandising: Merchandising, preview: Preview, shopName: String) {
    self.merchandising = merchandising
    self.preview = preview
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.versions.path, ConsolePage.versions.access)
    routes.get(path, Route(access: access, name: "versions page", isPage: true, rate: .free), list)
    routes.get(path + "/{number}", Route(access: access, name: "version page", isPage: true, rate: .free), version)
    routes.post(
      path + "/{number}/restore",
      Route(
        access: access, name: "restore version", isPage: true, rate: .free,
        maxBodyBytes: ConsoleForms.largestForm), restore)
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let number = try request.query { $0 == "published" }["published"].flatMap { Int($0) }
    let published = try await merchandising.publishedNumber()
    let frame = ConsoleFrame(shopName: shopName, request, .versions)
    let rows = try await merchandising.versions(limit: Self.shown).map { version -> HTML in
      let again = version.restoredFrom.map { "Version \($0) again. " } ?? ""
      let state: HTML =
        version.number == published
        ? "<span class=\"outcome good\">in force</span>"
        : "<a href=\"\(ConsolePage.versions.path)/\(version.number)\">Compare, take back<span class=\"hidden\"> version \(version.number)</span></a>"
      return """
        <tr><th scope="row">Version \(version.number)</th><td data-label="When">\(ShopWords.time(version.publishedAt))</td><td data-label="Who">\(version.author)</td><td class="wide" data-label="Why"><span>\(again + version.reason)</span></td><td>\(state)</td></tr>
        """
    }
    let body: HTML = """
      <div class="heading"><h1>Versions</h1></div>
      \(ConsoleForms.notice(number.map { "Version \($0) is published. Every server takes it up within two seconds." }))
      <table class="report"><thead><tr><th scope="col">Version</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">Why</th><th scope="col">State</th></tr></thead><tbody>\(rows)</tbody></table>
      """
    return frame.response(title: "Versions", body: body)
  }

  private func number(_ request: HTTPRequest) throws -> Int64 {
    guard let number = request.positiveNumber("number") else {
      throw Problem(APIProblem.versionNotFound, detail: "There is no such version.")
    }
    return number
  }

  @Sendable private func version(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await page(request, notice: nil)
  }

  private func page(_ request: HTTPRequest, notice: String?, status: HTTPStatus = .ok) async throws -> HTTPResponse {
    let number = try number(request)
    guard let old = try await merchandising.texts(of: number) else {
      throw Problem(APIProblem.versionNotFound, detail: "There is no version \(number).")
    }
    let published = try await merchandising.publishedNumber()
    let frame = ConsoleFrame(shopName: shopName, request, .versions)
    let difference = RuleDifference(from: try await merchandising.known(published), to: old)
    let rules = try await merchandising.compiled(old)
    let labels = RuleLabels(try await preview.products(named: rules))
    let gone = try await preview.goneProducts(of: rules).map { product, rule -> HTML in
      "<li>\(rule) pins product \(product.description), which can no longer be found</li>"
    }
    let warnings: HTML? = gone.isEmpty ? nil : "<ul class=\"notice\">\(gone)</ul>"
    let body: HTML = """
      <div class="heading"><h1>Back to version \(number)</h1><p class="count">In force: version \(published)</p></div>
      \(ConsoleForms.notice(notice, isBad: true))\(warnings)
      <section class="row"><h2>This would change</h2>\(ConsoleForms.difference(difference, labels))</section>
      <form class="panel" method="post" action="\(ConsolePage.versions.path)/\(number)/restore">\(FormToken.field(frame.member))<div class="fields"><label class="grow">Why<input type="text" name="reason" required maxlength="1000"></label><button class="button" type="submit">Take back to version \(number)</button></div></form>
      """
    return frame.response(title: "Version \(number)", body: body, status: status)
  }

  @Sendable private func restore(_ request: HTTPRequest) async throws -> HTTPResponse {
    do {
      let reason = try request.form { $0 == "reason" }["reason"] ?? ""
      switch try await merchandising.rollBack(
        to: try number(request), reason: reason, by: ConsoleForms.actor(request))
      {
      case .published(let number): return .redirect(to: "\(ConsolePage.versions.path)?published=\(number)")
      case .proposed(let draft): return .redirect(to: "\(ConsolePage.rules.path)/\(draft)?done=proposed")
      }
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, status: .badRequest)
    }
  }
}
