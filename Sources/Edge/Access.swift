/// A person's or a program's part in the shop.
public enum Role: String, Sendable, CaseIterable, Hashable {
  /// Anybody: a browser with the shop's signed cookie, or without.
  case visitor
  /// A shopper with an account.
  case customer
  /// Tunes searches and lists.
  case merchandiser
  /// Orders from suppliers.
  case buyer
  /// Reads reports.
  case analyst
  /// Helps customers.
  case support
  /// Does whatever staff may.
  case admin
  /// Another program of the shop.
  case service
}

/// The roles that may call a route.
public struct Access: Sendable, Equatable {
  public let roles: Set<Role>

  /// All that reach the server.
  public static let everyone = Access(roles: Set(Role.allCases))

  /// Staff with one of these roles, and admins.
  public static func staff(_ roles: Role...) -> Access {
    precondition(
      roles.allSatisfy { ![.visitor, .customer, .service].contains($0) },
      "a role of staff is neither shopper nor program"
    )
    return Access(roles: Set(roles).union([.admin]))
  }

  public func allows(_ role: Role) -> Bool { roles.contains(role) }
}
