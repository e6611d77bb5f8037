import Catalog
import Ports
import PostgresClient

/// The events of one transaction, sorted by the table that they belong in, with their people hashed.
struct EventBatch {
  struct Deed {
    var place: Int
    var event: ShopEvent
    var deed: ProductDeed
    var shopper: Int64?

    var isKeptWithOrders: Bool { [.purchase, .returned, .rating].contains(deed.kind) }
  }

  struct Shown {
    var place: Int
    var event: ShopEvent
    var list: ShownList
    var shopper: Int64?
  }

  struct Search {
    var place: Int
    var event: ShopEvent
    var row: PostgresSearchLog.Row
  }

  struct Exposure {
    var place: Int
    var event: ShopEvent
    var exposure: ArmExposure
    var shopper: Int64
  }

  /// A deed without consent.
  struct Counted {
    var place: Int
    var id: EventID
    var day: CalendarDay
    var kind: String
    var product: Int64?
    var sku: String?
  }

  private(set) var deeds: [Deed] = []
  private(set) var shown: [Shown] = []
  private(set) var searches: [Search] = []
  private(set) var exposures: [Exposure] = []
  private(set) var counted: [Counted] = []

  /// The events of the batch.
  let count: Int
  private let key: [UInt8]
  private var pseudonyms: [Person: Int64] = [:]
  private var networks: [[UInt8]: Int64] = [:]

  init(_ events: [ShopEvent], key: [UInt8]) {
    self.key = key
    count = events.count
    for (place, event) in events.enumerated() { add(event, at: place) }
  }

  /// The partitioned tables that the batch goes into, with the days of each.
  var partitions: [(parent: String, days: Set<CalendarDay>)] {
    [
      ("event_browsing", Set(deeds.filter { !$0.isKeptWithOrders }.map(\.event.at.day))),
      ("event_order", Set(deeds.filter(\.isKeptWithOrders).map(\.event.at.day))),
      ("impression", Set(shown.map(\.event.at.day))),
    ]
  }

  /// The pseudonyms in the batch.
  var people: Set<Int64> { Set(pseudonyms.values) }

  /// Leaves of people who were erased only what counts in the sums: of what they did until then.
  mutating func countErased(by erasures: [Int64: Timestamp]) {
    guard !erasures.isEmpty else { return }
    func isErased(_ person: Int64?, _ event: ShopEvent) -> Bool {
      person.flatMap { erasures[$0] }.map { event.at <= $0 } ?? false
    }
    let gone =
      deeds.filter { isErased($0.shopper, $0.event) }.map { ($0.place, $0.event) }
      + shown.filter { isErased($0.shopper, $0.event) }.map { ($0.place, $0.event) }
      + searches.filter { isErased($0.row.visitor, $0.event) }.map { ($0.place, $0.event) }
    deeds.removeAll { isErased($0.shopper, $0.event) }
    shown.removeAll { isErased($0.shopper, $0.event) }
    searches.removeAll { isErased($0.row.visitor, $0.event) }
    // An arm that was seen counts in no sum: a sum counts deeds.
    exposures.removeAll { isErased($0.shopper, $0.event) }
    counted += gone.map { Counted($1, at: $0) }
  }

  private mutating func add(_ event: ShopEvent, at place: Int) {
    let shopper: Int64?
    switch event.actor {
    case .withoutConsent:
      if case .exposure = event.content { return }
      return counted.append(Counted(event, at: place))
    case .nobody: shopper = nil
    case .person(let person): shopper = pseudonym(of: person)
    }
    var event = event
    if event.isNumberedByContent, let shopper { event.id = event.id.mixed(with: shopper) }
    switch event.content {
    case .deed(let deed):
      deeds.append(Deed(place: place, event: event, deed: deed, shopper: shopper))
    case .shown(let list):
      shown.append(Shown(place: place, event: event, list: list, shopper: shopper))
    case .search(let search):
      // A network is worth knowing of a shopper alone: of nobody in particular none is kept.
      let network = shopper == nil ? nil : hash(ofNetwork: event.network)
      searches.append(
        Search(
          place: place, event: event,
          row: .init(search: search, visitor: shopper, network: network, sender: event.sender)))
    case .exposure(let exposure):
      // Only of somebody can an arm be known.
      guard let shopper else { return }
      exposures.append(Exposure(place: place, event: event, exposure: exposure, shopper: shopper))
    }
  }

  private mutating func pseudonym(of person: Person) -> Int64 {
    if let known = pseudonyms[person] { return known }
    let pseudonym = PostgresBehaviour.pseudonym(of: person, key: key)
    pseudonyms[person] = pseudonym
    return pseudonym
  }

  private mutating func hash(ofNetwork network: [UInt8]) -> Int64? {
    guard !network.isEmpty else { return nil }
    if let known = networks[network] { return known }
    let hash = PostgresSearchLog.hash(range: network, key: key)
    networks[network] = hash
    return hash
  }
}

extension EventBatch.Counted {
  fileprivate init(_ event: ShopEvent, at place: Int) {
    self.init(
      place: place, id: event.id, day: event.at.day, kind: event.kindName, product: event.productID, sku: event.sku)
  }
}

extension EventID {
  /// The number of the same content of one person.
  fileprivate func mixed(with pseudonym: Int64) -> EventID {
    EventID(of: "\(self) \(pseudonym)")
  }
}

extension EventBatch.Deed {
  /// A row of `incoming_event`.
  func write(to rows: PostgresCopyWriter) async throws {
    try await rows.write(
      Int32(clamping: place), (isKeptWithOrders ? 2 : 1) as Int16, event.id, event.at, deed.kind.rawValue, shopper,
      event.productID, event.sku, Int32(clamping: deed.quantity), deed.price?.minorUnits, deed.price?.currency.code,
      deed.stars, deed.list?.rawValue, deed.position.map { Int32(clamping: $0) }, deed.placement, basket,
      event.sender.rawValue)
  }

  /// The things bought together: an order; without its number, a shopper's purchases of one day.
  private var basket: Int64? {
    guard deed.kind == .purchase || deed.kind == .returned else { return nil }
    if let order = deed.order { return Int64(bitPattern: StableHash.of("order \(order)")) }
    return shopper.map { Int64(bitPattern: StableHash.of("day \(event.at.day) \($0)")) }
  }
}

extension ShopEvent {
  var productID: Int64? {
    if case .deed(let deed) = content, case .id(let id) = deed.product { id.rawValue } else { nil }
  }

  var sku: String? {
    if case .deed(let deed) = content, case .sku(let sku) = deed.product { sku } else { nil }
  }
}
