import Glibc

/// An IPv4 or IPv6 address; an IPv4 address that is written as one of IPv6 is the same address.
public struct NetworkAddress: Sendable, Hashable {
  /// 4 or 16.
  let bytes: [UInt8]

  /// nil where the text is not an address; a port or brackets are not part of one.
  public init?(_ text: String) {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
      return
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let all = withUnsafeBytes(of: &six) { Array($0) }
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    bytes = all.starts(with: mapped) ? Array(all.dropFirst(mapped.count)) : all
  }

  /// The first bits of it, with the kind of address in front.
  func network(bits: Int) -> [UInt8] {
    [UInt8(bytes.count)]
      + bytes.enumerated().map { index, byte in
        let kept = min(8, max(0, bits - index * 8))
        return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
      }
  }

  /// The part of an address that identifies one subscriber: an IPv4 address, or the /64 of one of IPv6.
  public var subscriber: [UInt8] { network(bits: bytes.count == 4 ? 32 : 64) }

  /// The network that one subscriber of IPv6 may hold as a whole, with 65,536 networks that count as subscribers of their own;
  /// nil for an IPv4 address, whose neighbours are strangers.
  public var holding: [UInt8]? { bytes.count == 4 ? nil : network(bits: 48) }

  /// The network of one organisation: the /24 of an IPv4 address, the /48 of one of IPv6.
  public var range: [UInt8] { network(bits: bytes.count == 4 ? 24 : 48) }
}

/// Addresses that begin alike: `10.0.0.0/8`, `::1`.
public struct NetworkRange: Sendable, Hashable {
  private let network: [UInt8]
  private let bits: Int

  /// nil where the text is neither an address nor one with the number of its bits.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ NetworkAddress(String($0)) }), parts.count <= 2 else { return nil }
    let most = address.bytes.count * 8
    guard let bits = parts.count == 1 ? most : Int(parts[1]), (0...most).contains(bits) else { return nil }
    self.bits = bits
    network = address.network(bits: bits)
  }

  public func contains(_ address: NetworkAddress) -> Bool { address.network(bits: bits) == network }
}

extension Middlewares {
  /// Sets the request's `remoteAddress` to the client's, where trusted proxies in front tell it by X-Forwarded-For.
  ///
  /// Each proxy appends the address that it was asked from, so that the last address that is not a proxy's is true, whatever the
  /// client itself wrote before it.
  public static func clientAddress(trusting proxies: [NetworkRange]) -> Middleware {
    @Sendable func isTrusted(_ text: String) -> Bool {
      guard let address = NetworkAddress(text) else { return false }
      return proxies.contains { $0.contains(address) }
    }
    return { request, next in
      guard !proxies.isEmpty, isTrusted(request.remoteAddress) else { return try await next(request) }
      let told = request.headers.values("X-Forwarded-For").flatMap { $0.split(separator: ",") }
        .map { String($0.filter { $0 != " " }) }
      guard let client = told.last(where: { !isTrusted($0) }) ?? told.first, NetworkAddress(client) != nil else {
        return try await next(request)
      }
      var request = request
      request.remoteAddress = client
      return try await next(request)
    }
  }
}
