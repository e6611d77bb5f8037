// 1. An address is read as inet_pton does, one of IPv4 within IPv6 is the same; networks hold what begins alike.
// 2. Behind trusted proxies the client's address is the last that is not a proxy's, whatever the client wrote before it; from
//    anybody else the header means nothing.
// 3. A bucket gives its burst and then its rate, tells when the next token is there, and knows senders apart; a table full
//    of senders stays as large as it is, and forgets those that were heard of least lately.
import HTTPServer
import Testing
import Threading

@Suite struct SenderTests {
  @Test("1: addresses and networks")
  func addresses() throws {
    for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.4:80", "[::1]", "::1%lo", "localhost", "1.2.3.256", " 1.2.3.4"] {
      #expect(NetworkAddress(text) == nil, "\(text)")
    }
    let four = try #require(NetworkAddress("203.0.113.7"))
    #expect(NetworkAddress("::ffff:203.0.113.7") == four)
    #expect(NetworkAddress("203.0.113.200")?.range == four.range && NetworkAddress("203.0.114.7")?.range != four.range)
    #expect(NetworkAddress("203.0.113.8")?.subscriber != four.subscriber)
    let six = try #require(NetworkAddress("2001:db8:1:2::3"))
    #expect(NetworkAddress("2001:db8:1:2:ffff::")?.subscriber == six.subscriber)
    #expect(NetworkAddress("2001:db8:1:3::3")?.subscriber != six.subscriber)
    #expect(
      NetworkAddress("2001:db8:1:ffff::")?.range == six.range && NetworkAddress("2001:db8:2::")?.range != six.range)
    for (network, inside, outside) in [
      ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"), ("::1", "::1", "::2"), ("192.0.2.64/26", "192.0.2.127", "192.0.2.128"),
      ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"), ("0.0.0.0/0", "9.9.9.9", "::9"),
    ] {
      let range = try #require(NetworkRange(network))
      #expect(range.contains(try #require(NetworkAddress(inside))), "\(network)")
      #expect(!range.contains(try #require(NetworkAddress(outside))), "\(network)")
    }
    for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "x/8"] {
      #expect(NetworkRange(text) == nil, "\(text)")
    }
  }

  private func seen(from peer: String, _ headers: HTTPHeaders) async throws -> String {
    let middleware = Middlewares.clientAddress(trusting: ["127.0.0.1", "10.0.0.0/8"].compactMap(NetworkRange.init))
    let request = try HTTPRequest(target: "/", headers: headers, remoteAddress: peer)
    let response = try await middleware(request) { .text($0.remoteAddress) }
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("2: X-Forwarded-For")
  func forwarded() async throws {
    for (peer, told, client) in [
      ("127.0.0.1", "203.0.113.7", "203.0.113.7"), ("127.0.0.1", "6.6.6.6, 203.0.113.7, 10.1.1.1", "203.0.113.7"),
      ("127.0.0.1", "6.6.6.6,2001:db8::1", "2001:db8::1"), ("127.0.0.1", "10.0.0.9", "10.0.0.9"),
      ("127.0.0.1", "6.6.6.6, evil", "127.0.0.1"), ("127.0.0.1", "", "127.0.0.1"),
      ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
    ] {
      #expect(try await seen(from: peer, ["X-Forwarded-For": told]) == client, "\(peer) \(told)")
    }
    #expect(try await seen(from: "127.0.0.1", [:]) == "127.0.0.1")
  }

  @Test("3: buckets")
  func buckets() {
    let now = Guarded(1.0)
    let buckets = TokenBuckets(.init(perSecond: 2, burst: 3)) { now.withLock { $0 } }
    for _ in 0..<3 { #expect(buckets.take(of: "a") == nil) }
    #expect(buckets.take(of: "a") == 0.5 && buckets.wait(of: "a") == 0.5)
    #expect(buckets.take(of: "b") == nil, "another's bucket is full")
    now.withLock { $0 += 0.5 }
    #expect(buckets.wait(of: "a") == nil && buckets.take(of: "a") == nil && buckets.take(of: "a") == 0.5)
    now.withLock { $0 += 1_000 }
    for _ in 0..<3 { #expect(buckets.take(of: "a") == nil) }
    #expect(buckets.take(of: "a") != nil)

    // Ten times as many senders as there are places.
    for sender in 0..<10 * TokenBuckets.places {
      now.withLock { $0 += 1e-6 }
      #expect(buckets.take(of: sender) == nil)
    }
    #expect(buckets.take(of: "a") == nil, "it was forgotten, and is a newcomer")
  }
}
