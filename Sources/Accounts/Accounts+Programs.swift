public import Ports
import Signing

extension Accounts {
  /// A token begins so, for scanners that look for secrets in public places.
  public static let tokenStart = "vitrine_"

  /// Makes a token for a program. It is given out here once; the shop keeps its digest.
  public func addToken(name: String, roles: Set<Role>, days: Int, by actor: String) async throws -> String {
    guard (1...Self.longestName).contains(name.unicodeScalars.count), name.allSatisfy({ $0.isASCII && $0 > " " }) else {
      throw Refusal("a token's name has 1 to \(Self.longestName) ASCII characters without spaces")
    }
    guard !roles.isEmpty, roles.isSubset(of: Role.programs) else {
      throw Refusal("a token has one or more of the roles \(Self.list(Role.programs))")
    }
    guard Self.tokenDays.contains(days) else {
      throw Refusal("a token lasts \(Self.tokenDays.lowerBound) to \(Self.tokenDays.upperBound) days")
    }
    let text = Self.tokenStart + RandomToken.make()
    let now = clock.now()
    let token = APIToken(
      name: name, roles: roles, createdBy: actor, createdAt: now,
      expiresAt: now.adding(.seconds(days * 86_400)))
    let entry = entry(actor, "added API token", name, "roles \(Self.list(Array(roles))), \(days) days")
    guard try await store.add(token, digest: RandomToken.digest(of: text), audit: entry) else {
      throw Refusal("there is or was a token called \(name): choose another name")
    }
    return text
  }

  /// The program that has this token; nil if it is unknown, expired or revoked.
  public func program(token: String) async throws -> APIToken? {
    try await store.token(digest: RandomToken.digest(of: token), now: clock.now())
  }

  public func tokens() async throws -> [APIToken] { try await store.tokens() }

  public func revokeToken(_ name: String, by actor: String) async throws {
    guard try await store.revokeToken(name, audit: entry(actor, "revoked API token", name)) else {
      throw Refusal("there is no token called \(name.prefix(Self.longestName)) in force")
    }
  }
}
