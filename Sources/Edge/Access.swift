public import Ports

/// The roles that may call a route.
public struct Access: Sendable, Equatable {
  public let roles: Set<Role>

  /// All that reach the server.
  public static let everyone = Access(roles: Set(Role.allCases))

  /// Every signed-in member of the staff.
  public static let anyStaff = Access(roles: Set(Role.staff))
  /// Programs of the shop, and admins.
  public static let programs = Access(roles: [.service, .admin])

  /// Staff with one of these roles, and admins; also a program whose token has such a role.
  public static func staff(_ roles: Role...) -> Access {
    precondition(
      roles.allSatisfy { ![.visitor, .customer, .service].contains($0) },
      "a role of staff is neither shopper nor program"
    )
    return Access(roles: Set(roles).union([.admin]))
  }

  public func allows(_ role: Role) -> Bool { roles.contains(role) }
}
