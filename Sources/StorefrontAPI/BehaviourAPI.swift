public import Behaviour
import Catalog
public import Edge
import HTTPServer
import JSON
public import Ports

/// `/v1/events`, which takes in what shoppers do, and `/v1/me/history`, by which a person reads or erases the own records.
public struct BehaviourAPI: Sendable {
  /// 1,000 events of a kilobyte; more is refused with 413 before it is read.
  private static let largestBody = 1 << 20
  /// Bytes that one answer exports; `vitrine export-person` has no such limit.
  static let largestExport = 16 << 20

  let behaviour: Behaviour
  let visitors: Visitors
  let conduct: SenderConduct
  let clock: any WallClock

  public init(
    behaviour: Behaviour, visitors: Visitors, conduct: SenderConduct, clock: any WallClock
  ) {
    self.behaviour = behaviour
    self.visitors = visitors
    self.conduct = conduct
    self.clock = clock
  }

  public func register(on routes: inout Routes) {
    routes.post(
      "/v1/events", Route(access: .everyone, name: "events", rate: .events, maxBodyBytes: Self.largestBody), take)
    routes.get("/v1/me/history", Route(access: .everyone, name: "ownHistory", rate: .events), export)
    routes.delete("/v1/me/history", Route(access: .everyone, name: "eraseOwnHistory", rate: .events), erase)
    routes.post(
      "/v1/sign-ins",
      Route(access: .programs, name: "signIn", rate: .events, maxBodyBytes: Self.largestSignIn), signIn)
  }

  @Sendable private func take(_ request: HTTPRequest) async throws -> HTTPResponse {
    // A page of another shop must ask for leave before it sends this type, and does not get it.
    guard request.headers["Content-Type"]?.lowercased().hasPrefix("application/json") == true else {
      throw Problem(APIProblem.invalidBody, detail: "Send the events as application/json.")
    }
    let (items, isList) = try EventReader.items(in: request.body)
    let actor = Visitors.actor(of: request)
    let sender = try conduct.sender(of: request, actor: actor, events: items.count)
    let reader = EventReader(
      actor: actor, network: Visitors.network(of: request), sender: sender, now: clock.now(), isList: isList)
    var events: [ShopEvent] = []
    var places: [Int] = []
    var faults: [EventReader.Fault] = []
    for (index, item) in items.enumerated() {
      do {
        events.append(try reader.event(item, at: index))
        places.append(index)
      } catch { faults.append(error) }
    }
    guard !events.isEmpty else { throw Self.problem(faults) }
    let outcomes = try await stored(events, from: request.sender)
    for (index, outcome) in zip(places, outcomes) {
      guard case .unusable(let reason) = outcome else { continue }
      faults.append(EventReader.Fault(index: index, member: nil, reason: "cannot be stored: \(reason)"))
    }
    return Self.answer(outcomes, faults)
  }

  private func stored(_ events: [ShopEvent], from sender: [UInt8]) async throws -> [EventOutcome] {
    do {
      return try await behaviour.intake.submit(events, from: sender)
    } catch is EventIntake.Full {
      throw Problem(
        APIProblem.databaseUnavailable, detail: "More events come in than can be stored now. Send these again.",
        headers: ["Retry-After": String(APIProblem.retryAfterSeconds)])
    }
  }

  private static func answer(_ outcomes: [EventOutcome], _ faults: [EventReader.Fault]) -> HTTPResponse {
    var writer = JSONWriter()
    writer.object { json in
      json.member("accepted", outcomes.count { if case .unusable = $0 { false } else { true } })
      json.member("repeated", outcomes.count { $0 == .repeated })
      json.member("unknown_products", outcomes.count { $0 == .aside })
      json.name("refused")
      json.array { list in for fault in faults { list.fault(fault) } }
    }
    return .json(writer.bytes, status: .accepted)
  }

  /// Where no event is taken, the first fault is the problem, and all of them are told.
  private static func problem(_ faults: [EventReader.Fault]) -> Problem {
    var extensions: [String: Problem.Value] = ["refused": .strings(faults.map(\.description))]
    if let fault = faults.first { extensions["pointer"] = .string(fault.pointer) }
    return Problem(
      APIProblem.invalidBody, detail: faults.first?.detail ?? "There is no event.", extensions: extensions)
  }
}

extension EventReader.Fault: CustomStringConvertible {
  var detail: String { "\(member.map { "The \($0) of an event" } ?? "An event") \(reason)." }
  var description: String { "\(pointer): \(detail)" }
}

extension JSONWriter {
  /// A problem of one event, as RFC 9457 has it.
  fileprivate mutating func fault(_ fault: EventReader.Fault) {
    object {
      $0.member("type", "urn:vitrine:problem:invalid-event")
      $0.member("title", "Invalid event")
      $0.member("index", fault.index)
      $0.member("pointer", fault.pointer)
      $0.member("detail", fault.detail)
    }
  }
}
