public import Accounts
import Catalog
public import Edge
import HTTPServer
import Ports
import Web

/// Every change, newest first: who, when, what and why.
public struct AuditPage: Sendable {
  private static let shown = 200

  let accounts: Accounts
  let shopName: String

  public init(accounts: Accounts, shopName: String) {
    self.accounts = accounts
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let page = ConsolePage.audit
    routes.get(page.path, Route(access: page.access, name: "audit page", isPage: true, rate: .free), self.page)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let rows = try await accounts.audit(limit: Self.shown).map { entry -> HTML in
      """
      <tr><th scope="row">\(ShopWords.time(entry.at))</th><td data-label="Who">\(entry.actor)</td><td data-label="Did">\(entry.action)</td><td data-label="To">\(entry.subject)</td><td class="wide" data-label="Detail">\(entry.detail)</td></tr>
      """
    }
    let body: HTML = """
      <div class="heading"><h1>Audit</h1><p class="count">The last \(Self.shown) changes</p></div>
      <table class="report"><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Did</th><th scope="col">To</th><th scope="col">Detail</th></tr></thead><tbody>\(rows)</tbody></table>
      """
    return ConsoleFrame(shopName: shopName, request, .audit).response(title: "Audit", body: body)
  }
}
