public import HTTPServer
public import Ports

/// The sender of a request, as far as the shop knows it.
public enum Principal: Sendable, Equatable {
  /// A browser; nil where it has no cookie that this shop signed, or asks to be left alone.
  case visitor(VisitorID?)
  /// A browser without a cookie, to which this answer gives one: its events are of this visitor, of whom nothing is known.
  case newcomer(VisitorID)
  /// A signed-in member of the shop's staff.
  case staff(StaffPrincipal)
  /// A program, by the roles of its API token.
  case service(name: String, roles: Set<Role>)

  public var roles: Set<Role> {
    switch self {
    case .visitor, .newcomer: [.visitor]
    case .staff(let member): member.roles
    case .service(_, let roles): roles
    }
  }

  /// Whether the sender may publish the changes of others.
  public var isApprover: Bool { !roles.isDisjoint(with: [.approver, .admin]) }

  /// The name that the audit knows; nil of a shopper.
  public var auditName: String? {
    switch self {
    case .visitor, .newcomer: nil
    case .staff(let member): member.name
    case .service(let name, _): "API token \(name)"
    }
  }
}

/// A signed-in member of the staff, as a page shows it.
public struct StaffPrincipal: Sendable, Equatable {
  public var name: String
  public var roles: Set<Role>
  /// The value of the hidden field `form_token` that each form of a staff page has.
  public var formToken: String
  public var session: StaffSession
}

extension HTTPRequest {
  /// The sender, as the middleware `Visitors.identify()` and the route's access found it.
  public var principal: Principal {
    get { caller as? Principal ?? .visitor(nil) }
    set { caller = newValue }
  }

  /// The subscriber whose share of the shop's work a request takes: by its address, or by the address's text where a proxy
  /// gave none that can be read.
  public var sender: [UInt8] { NetworkAddress(remoteAddress)?.subscriber ?? Array(remoteAddress.utf8) }

  /// The wider network of a sender by IPv6.
  var holding: [UInt8]? { NetworkAddress(remoteAddress)?.holding }

  /// Whether the browser says that its device is a mobile one (the client hint Sec-CH-UA-Mobile); nil where it says nothing.
  public var saysMobile: Bool? {
    switch headers["Sec-CH-UA-Mobile"] {
    case "?1": true
    case "?0": false
    default: nil
    }
  }

  /// The visitor that a request's events are of; also one who came with this request.
  public var eventVisitor: VisitorID? {
    switch principal {
    case .visitor(let visitor): visitor
    case .newcomer(let visitor): visitor
    case .staff, .service: nil
    }
  }

  /// The visitor of a shopper's request, as its cookie names it.
  public var visitor: VisitorID? {
    guard case .visitor(let visitor) = principal else { return nil }
    return visitor
  }
}
