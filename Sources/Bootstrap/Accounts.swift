import Accounts
import Configuration
import Console
import Ports
import PostgresStore
import Signing

extension Capability {
  /// Staff who sign in, programs with tokens, and the audit.
  @Sendable static func accounts(_ shop: Shop) -> Capability {
    Capability(
      "accounts",
      routes: { routes in
        let name = shop.settings.shop.name
        SignInPages(accounts: shop.accounts, signer: shop.signer, shopName: name).register(on: &routes)
        AuditPage(accounts: shop.accounts, shopName: name).register(on: &routes)
      })
  }
}

extension Shop {
  /// The name of the administrator that 'up' makes.
  package static let demoAdministrator = "admin"

  /// Adds the administrator of a shop without staff, with this password; false where there is staff.
  package func addFirstAdministrator(password: () throws -> String) async throws -> Bool {
    guard try await accounts.members().isEmpty else { return false }
    _ = try await accounts.add(
      name: Self.demoAdministrator, password: try password(), roles: [.admin], by: "vitrine up")
    return true
  }
}
