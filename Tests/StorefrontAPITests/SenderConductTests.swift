// Telling people from programs by what comes from where:
// 1. Of many visitors of one address the first ones, as many as an office has, are shoppers; every event of the others is a
//    flood's, however often they come, and of the first ones none is.
// 2. A visitor of another address is a shopper.
// 3. Without a cookie all of an address are one sender.
import Edge
import HTTPServer
import Ports
import Testing

@Suite struct SenderConductTests {
  private func request(from address: String) throws -> HTTPRequest {
    try HTTPRequest(method: .post, target: "/v1/events", remoteAddress: address)
  }

  @Test("1, 2: visitors of one address")
  func visitors() throws {
    let conduct = SenderConduct()
    let room = Int(SenderConduct.Options().newcomersOfAddress.burst)
    let people = (0..<1_000).map { _ in EventActor.person(.visitor(.random())) }
    var shoppers: [Set<Int>] = []
    for _ in 0..<3 {
      var found: Set<Int> = []
      for (number, person) in people.enumerated() {
        let sender = try conduct.sender(of: request(from: "192.0.2.7"), actor: person, events: 1)
        if sender == .shopper { found.insert(number) }
      }
      shoppers.append(found)
    }
    #expect(shoppers[0].isSuperset(of: 0..<room))
    // The bucket gains one in two seconds, and a busy machine may take some.
    #expect(shoppers[0].count < room + 100)
    #expect(shoppers[1].isSuperset(of: shoppers[0]) && shoppers[2].count < room + 200)
    let elsewhere = try conduct.sender(of: request(from: "198.51.100.7"), actor: people[999], events: 1)
    #expect(elsewhere == .shopper)
  }

  @Test("3: without a cookie")
  func nobody() throws {
    let conduct = SenderConduct()
    let burst = Int(SenderConduct.Options().eventsOfVisitor.burst)
    #expect(try conduct.sender(of: request(from: "192.0.2.7"), actor: .nobody, events: burst) == .shopper)
    #expect(try conduct.sender(of: request(from: "192.0.2.7"), actor: .nobody, events: burst) == .flood)
    #expect(try conduct.sender(of: request(from: "198.51.100.7"), actor: .nobody, events: burst) == .shopper)
  }
}
