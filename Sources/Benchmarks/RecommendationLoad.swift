package import Bootstrap
import Glibc
import JSON
import Threading

/// Measures recommendations of a running shop over HTTP at a steady rate while events come in at a steady rate, and how soon
/// an event changes its own shopper's answer.
///
/// Each sender is a visitor by the cookie that the shop gave it, behind an address of its own.
package struct RecommendationLoad: Sendable {
  private static let visitors = 400
  private static let threads = 8
  /// A change that does not come within this time is counted as this late.
  private static let maxFreshness = Duration.seconds(5)

  let host: String
  let port: UInt16
  let requestsPerSecond: Int
  let eventsPerSecond: Int
  let seconds: Int
  let terminal: Terminal

  package init(
    host: String, port: UInt16, requestsPerSecond: Int, eventsPerSecond: Int, seconds: Int, terminal: Terminal
  ) {
    self.host = host
    self.port = port
    self.requestsPerSecond = requestsPerSecond
    self.eventsPerSecond = eventsPerSecond
    self.seconds = seconds
    self.terminal = terminal
  }

  private struct Visitor: Sendable {
    var cookie: String
    var address: String
  }

  package func run() async throws {
    let (visitors, products) = try await onOwnThread { try (self.visitors(), self.products()) }
    guard products.count >= 20 else {
      throw ShopClient.Failure(description: "the shop recommends fewer than 20 products: fill it and train first")
    }
    terminal.print(
      "\(visitors.count) visitors, \(products.count) products; \(requestsPerSecond) answers and \(eventsPerSecond) events a second for \(seconds) s"
    )
    let half = visitors.count / 2
    async let answers = paced(requestsPerSecond) { client, number in
      let visitor = visitors[number % half]
      let path = number % 2 == 0 ? "home" : "product&product=\(products[number / 2 % products.count])"
      let answer = try client.send(
        "GET", "/v1/recommendations?placement=\(path)", cookie: visitor.cookie, address: visitor.address)
      return answer.status == 200
    }
    async let events = paced(eventsPerSecond) { client, number in
      let visitor = visitors[number % half]
      let event = "{\"type\":\"view\",\"product_id\":\"\(products[number % products.count])\"}"
      let answer = try client.send(
        "POST", "/v1/events", cookie: visitor.cookie, address: visitor.address, body: event)
      return answer.status == 202
    }
    async let fresh = freshness(of: Array(visitors[half...]), products)
    report("answers with recommendations", try await answers)
    report("events until they are stored", try await events)
    report("from an event's sending to the changed answer", try await fresh)
  }

  /// The times of the answers, beside the refusals.
  private struct Times: Sendable {
    var milliseconds: [Double] = []
    var refused = 0
  }

  private func report(_ name: String, _ times: Times) {
    let sorted = times.milliseconds.sorted()
    guard !sorted.isEmpty else { return terminal.print("\(name): none; \(times.refused) refused") }
    func at(_ share: Double) -> String {
      decimal(sorted[min(sorted.count - 1, Int(saturating: Double(sorted.count) * share))], 2)
    }
    terminal.print(
      "\(name): p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, most \(at(1)) ms of \(sorted.count); \(times.refused) refused")
  }

  /// Calls `work` so many times a second, whatever earlier calls take: a late one counts from when it was due.
  private func paced(
    _ rate: Int, _ work: @escaping @Sendable (_ client: ShopClient, _ number: Int) throws -> Bool
  ) async throws -> Times {
    guard rate > 0 else { return Times() }
    let start = ContinuousClock.now
    return try await withThrowingTaskGroup(of: Times.self) { group in
      for thread in 0..<Self.threads {
        group.addTask {
          try await onOwnThread {
            let client = ShopClient(host: host, port: port)
            var times = Times()
            for number in stride(from: thread, to: rate * seconds, by: Self.threads) {
              let due = start + .microseconds(number * 1_000_000 / rate)
              Self.sleep(until: due)
              if try work(client, number) {
                times.milliseconds.append((ContinuousClock.now - due) / .milliseconds(1))
              } else {
                times.refused += 1
              }
            }
            return times
          }
        }
      }
      return try await group.reduce(into: Times()) { all, some in
        all.milliseconds += some.milliseconds
        all.refused += some.refused
      }
    }
  }

  private static func sleep(until due: ContinuousClock.Instant) {
    let left = (due - .now) / .microseconds(1)
    if left > 0 { usleep(UInt32(clamping: Int(saturating: left))) }
  }

  /// One visitor after another looks at a product, and asks again until "for you" says something else than before.
  private func freshness(of visitors: [Visitor], _ products: [String]) async throws -> Times {
    let end = ContinuousClock.now + .seconds(seconds)
    return try await onOwnThread {
      let client = ShopClient(host: host, port: port)
      var times = Times()
      for number in 0... {
        guard ContinuousClock.now < end else { break }
        let visitor = visitors[number % visitors.count]
        func ask() throws -> [String] {
          let answer = try client.send(
            "GET", "/v1/recommendations?placement=home&kinds=for_you", cookie: visitor.cookie,
            address: visitor.address)
          return try answer.json()["rows"]?[0]?["products"]?.array?.compactMap { product in
            (product["id"]?.string).map { "\($0) \(product["reason"]?["text"]?.string ?? "")" }
          } ?? []
        }
        let before = try ask()
        let start = ContinuousClock.now
        let event = "{\"type\":\"view\",\"product_id\":\"\(products[(number * 7 + 3) % products.count])\"}"
        let taken = try client.send(
          "POST", "/v1/events", cookie: visitor.cookie, address: visitor.address, body: event)
        guard taken.status == 202 else {
          times.refused += 1
          continue
        }
        var isChanged = false
        while !isChanged, ContinuousClock.now - start < Self.maxFreshness { isChanged = try ask() != before }
        times.milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
      }
      return times
    }
  }

  // MARK: Who and what

  private func visitors() throws -> [Visitor] {
    let client = ShopClient(host: host, port: port)
    return try (0..<Self.visitors).map { number in
      let address = "10.\(number / 256).\(number % 256).7"
      let answer = try client.send("GET", "/search?q=", address: address)
      guard let cookie = answer.headers["set-cookie"]?.prefix(while: { $0 != ";" }) else {
        throw ShopClient.Failure(
          description: "the shop gave no cookie (status \(answer.status)): start it with http.trustedProxies 127.0.0.1")
      }
      return Visitor(cookie: String(cookie), address: address)
    }
  }

  /// The recommended products: popular ones, and those like each of them.
  private func products() throws -> [String] {
    let client = ShopClient(host: host, port: port)
    func ids(_ query: String) throws -> [String] {
      let answer = try client.send("GET", "/v1/recommendations?limit=50&\(query)", address: "10.9.9.9")
      guard answer.status == 200 else {
        throw ShopClient.Failure(description: "recommendations answered \(answer.status)")
      }
      return (try answer.json()["rows"]?.array ?? []).flatMap { row in
        (row["products"]?.array ?? []).compactMap { $0["id"]?.string }
      }
    }
    var found = Set(try ids("placement=home"))
    for product in found.sorted().prefix(40) { found.formUnion(try ids("placement=product&product=\(product)")) }
    return found.sorted()
  }
}
