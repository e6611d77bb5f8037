public import HTTPServer
public import Ports

/// A place in a list as it was shown, in the address of a link: `list=0123456789abcdef&place=3&placement=home`.
public struct ShownPlace: Sendable, Hashable {
  public var list: ListID
  /// From 1.
  public var position: Int
  public var placement: String

  public init(list: ListID, position: Int, placement: String) {
    self.list = list
    self.position = position
    self.placement = placement
  }

  private static let names = ["list", "place", "placement"]
  private static let maxPlaces = 1_000
  private static let maxPlacementBytes = 60

  /// nil where the address names none, or one that the shop does not write.
  public init?(_ request: HTTPRequest) {
    guard let query = try? request.query(taking: Self.names.contains), let list = query["list"].flatMap({ ListID($0) }),
      let position = query["place"].flatMap({ Int($0) }), (1...Self.maxPlaces).contains(position),
      let placement = query["placement"], !placement.isEmpty, placement.utf8.count <= Self.maxPlacementBytes,
      placement.utf8.allSatisfy({ (97...122).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "/") })
    else { return nil }
    self.init(list: list, position: position, placement: placement)
  }

  /// The part of an address.
  public var query: String { "list=\(list)&place=\(position)&placement=\(placement)" }
}
