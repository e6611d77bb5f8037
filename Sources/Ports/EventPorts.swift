public import Catalog

/// An event's own number, which its sender chose: the same number is the same event.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads a UUID: 32 hexadecimal digits, with dashes as `123e4567-e89b-12d3-a456-426614174000` or without.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 || bytes.count == 32 else { return nil }
    var (high, low, digits) = (UInt64(0), UInt64(0), 0)
    for (index, byte) in bytes.enumerated() {
      if bytes.count == 36, [8, 13, 18, 23].contains(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else { return nil }
      if digits < 16 { high = high << 4 | UInt64(clamping: digit) } else { low = low << 4 | UInt64(clamping: digit) }
      digits += 1
    }
    self.init(high: high, low: low)
  }

  public static func random() -> EventID {
    EventID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
  }

  /// The number of an event that has none of its own and is told apart by its content: the same text is the same event.
  public init(of text: String) {
    self.init(
      high: StableHash.of(text, basis: 0xcbf2_9ce4_8422_2325), low: StableHash.of(text, basis: 0x9e37_79b9_7f4a_7c15))
  }

  /// The number of a click that has none of its own: one person's click on a list's product is one click, however often
  /// the page behind it is loaded again. Goes with `ShopEvent.isNumberedByContent`.
  public static func click(of product: ProductReference, in list: ListID) -> EventID {
    EventID(of: "click \(list) \(product)")
  }

  /// As a UUID is written.
  public var description: String {
    func digits(_ number: UInt64) -> String {
      let text = String(number, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    let all = Array(digits(high) + digits(low))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(all[$0]) }.joined(separator: "-")
  }
}

/// A hash that is the same in every process: FNV-1a, its bits mixed by splitmix64's finaliser. Not for secrets.
public enum StableHash {
  public static func of(_ text: String, basis: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
    var hash = basis
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}

/// A list as it was shown: a search's results, a row of recommendations. Clicks name it.
public struct ListID: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public init(_ search: SearchID) { rawValue = search.rawValue }

  /// nil if `text` is not 16 hexadecimal digits.
  public init?(_ text: String) {
    guard let search = SearchID(text) else { return nil }
    rawValue = search.rawValue
  }

  public static func random() -> ListID { ListID(SearchID.random()) }

  public var description: String { SearchID(rawValue: rawValue).description }
}

/// The actor of an event, as far as the shop may know.
public enum EventActor: Hashable, Sendable {
  case person(Person)
  /// A browser without a cookie.
  case nobody
  /// A person who wants no record: the deed is counted in sums and kept nowhere else.
  case withoutConsent
}

/// The apparent kind of an event's sender. Only a shopper's events are learned from.
public enum EventSender: String, Sendable, CaseIterable {
  case shopper
  /// It says itself that it is a program.
  case robot
  /// More came from its network than people send.
  case flood
}

/// A product as the sender of an event knows it.
public enum ProductReference: Hashable, Sendable {
  case id(ProductID)
  /// A variant's SKU, or the code that the retailer's own file gave the product.
  case sku(String)
}

/// A deed towards one product.
public struct ProductDeed: Hashable, Sendable {
  public var kind: InteractionKind
  public var product: ProductReference
  public var quantity: Int
  /// For one piece.
  public var price: Money?
  /// 1 to 5, of a rating.
  public var stars: Double?
  /// The list that led to the deed, and the product's place in it, from 1.
  public var list: ListID?
  public var position: Int?
  /// The part of the page: `search`, `home`, `product`, `cart`, ….
  public var placement: String?
  /// The order's number, of a purchase or return.
  public var order: String?

  public init(
    _ kind: InteractionKind, _ product: ProductReference, quantity: Int = 1, price: Money? = nil, stars: Double? = nil,
    list: ListID? = nil, position: Int? = nil, placement: String? = nil, order: String? = nil
  ) {
    self.kind = kind
    self.product = product
    self.quantity = quantity
    self.price = price
    self.stars = stars
    self.list = list
    self.position = position
    self.placement = placement
    self.order = order
  }
}

/// A list as it was shown.
public struct ShownList: Hashable, Sendable {
  public var list: ListID
  public var placement: String
  /// The model or order that ranked the list; empty where it is not known.
  public var rankedBy: String
  /// The place of the first of `products`, from 1.
  public var firstPosition: Int
  public var products: [ProductID]

  public init(list: ListID, placement: String, rankedBy: String = "", firstPosition: Int = 1, products: [ProductID]) {
    self.list = list
    self.placement = placement
    self.rankedBy = rankedBy
    self.firstPosition = firstPosition
    self.products = products
  }
}

/// The arms of experiments that a search went by, as its visitor saw them.
public struct ArmExposure: Hashable, Sendable {
  public struct Arm: Hashable, Sendable {
    public var experiment: String
    /// Its place in the experiment.
    public var arm: Int

    public init(experiment: String, arm: Int) {
      self.experiment = experiment
      self.arm = arm
    }
  }

  public var arms: [Arm]
  /// The time that the search took.
  public var milliseconds: Double

  public init(arms: [Arm], milliseconds: Double) {
    self.arms = arms
    self.milliseconds = milliseconds
  }
}

/// Something that happened in the shop.
public struct ShopEvent: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    case deed(ProductDeed)
    case shown(ShownList)
    /// An answered search; its `visitor` and `range` are the event's own.
    case search(LoggedSearch)
    case exposure(ArmExposure)
  }

  public var id: EventID
  public var at: Timestamp
  public var actor: EventActor
  /// The network of the address (`NetworkAddress.range`), kept hashed with a search alone; empty where it is not known.
  public var network: [UInt8]
  public var sender: EventSender
  public var content: Content
  /// Whether `id` was made of the content alone: the store then tells people's events of one content apart by their
  /// pseudonyms, which nobody outside can compute.
  public var isNumberedByContent: Bool

  public init(
    id: EventID, at: Timestamp, actor: EventActor, network: [UInt8] = [], sender: EventSender = .shopper,
    content: Content, isNumberedByContent: Bool = false
  ) {
    self.isNumberedByContent = isNumberedByContent
    self.id = id
    self.at = at
    self.actor = actor
    self.network = network
    self.sender = sender
    self.content = content
  }

  /// The kind's name, as the API has it.
  public var kindName: String {
    switch content {
    case .deed(let deed): deed.kind.rawValue
    case .shown: "impression"
    case .search: "search"
    case .exposure: "exposure"
    }
  }
}

/// The fate of one event of a batch.
public enum EventOutcome: Hashable, Sendable {
  case stored
  /// Its number is stored already.
  case repeated
  /// The catalog does not have its product: it waits aside for it.
  case aside
  /// Counted in sums, for its person wants no record.
  case counted
  /// The store can never keep it.
  case unusable(reason: String)
}

/// Events that a store has taken in.
public struct StoredEvents: Sendable, Hashable {
  /// One for each given event.
  public var outcomes: [EventOutcome]
  /// The deeds that are new and a known shopper's, for what is kept in memory.
  public var interactions: [Interaction]

  public init(outcomes: [EventOutcome] = [], interactions: [Interaction] = []) {
    self.outcomes = outcomes
    self.interactions = interactions
  }
}

/// Days that each kind of record is kept.
public struct BehaviourRetention: Sendable, Hashable {
  /// Views, clicks, carts.
  public var browsingDays: Int
  /// Purchases, returns, ratings.
  public var orderDays: Int
  /// Lists as they were shown, and events about products that the catalog never got.
  public var shownDays: Int

  public init(browsingDays: Int = 365, orderDays: Int = 7_300, shownDays: Int = 30) {
    self.browsingDays = browsingDays
    self.orderDays = orderDays
    self.shownDays = shownDays
  }
}

/// Events that waited aside and are stored now.
public struct TakenUp: Sendable, Hashable {
  public var count: Int
  /// Their known shoppers, each once.
  public var shoppers: [ShopperID]

  public init(count: Int = 0, shoppers: [ShopperID] = []) {
    self.count = count
    self.shoppers = shoppers
  }
}

/// The events about unknown products that may wait at once.
public struct AsideRoom: Sendable, Hashable {
  /// The bound for all senders together.
  public var ofAll: Int
  /// The bound for one person.
  public var ofPerson: Int
  /// The bound for all senders without a cookie.
  public var ofNobody: Int

  public init(ofAll: Int = 200_000, ofPerson: Int = 200, ofNobody: Int = 20_000) {
    self.ofAll = ofAll
    self.ofPerson = ofPerson
    self.ofNobody = ofNobody
  }

  /// For a retailer's own files.
  public static let unlimited = AsideRoom(ofAll: .max, ofPerson: .max, ofNobody: .max)
}

/// Stores events.
public protocol EventStore: Sendable {
  /// Stores all the given events in one transaction, or throws and stores none; `UnusableRows` says that it can never
  /// store some of them. Repeatable.
  func write(_ events: [ShopEvent]) async throws -> StoredEvents
  /// Stores what waits aside and whose product the catalog has now.
  func takeUpAside() async throws -> TakenUp
  /// Drops what is older than it is kept.
  func forget(now: Timestamp, retention: BehaviourRetention) async throws
}

/// Takes in events without making anybody wait for their commit.
public protocol EventRecorder: Sendable {
  /// False if there is no room for them now. `sender`: whose share of the room they take; empty for no share.
  @discardableResult
  func note(_ events: [ShopEvent], from sender: [UInt8]) -> Bool
  /// Returns once everything that was noted before is stored.
  func settle() async throws
}

/// Reads the history of shoppers and products from the durable store.
public protocol BehaviourHistory: InteractionHistory {
  /// The person's own pseudonym, before any sign-in is looked up.
  func pseudonym(of person: Person) async throws -> ShopperID
  /// A visitor who signed in is the customer.
  func shopper(of person: Person) async throws -> ShopperID
  /// The newest first.
  func recent(of shopper: ShopperID, limit: Int) async throws -> [Interaction]
  func viewed(with product: ProductID, limit: Int) async throws -> [WeightedProduct]
  func bought(with product: ProductID, limit: Int) async throws -> [WeightedProduct]
  /// The decayed interest at `now`.
  func trending(now: Timestamp, limit: Int) async throws -> [WeightedProduct]
}

/// The number of records of one kind that belong to a person.
public struct PersonalRecords: Sendable, Hashable {
  public var kind: String
  public var count: Int

  public init(kind: String, count: Int) {
    self.kind = kind
    self.count = count
  }
}

/// The stored records about one person.
public protocol PersonalData: Sendable {
  /// Joins a visitor to a customer at the sign-in: the visitor's history becomes the customer's.
  func join(_ visitor: VisitorID, to customer: CustomerCode) async throws
  /// Passes on every record of the person as a line of JSON, in no order.
  func export(_ person: Person, _ line: @Sendable ([UInt8]) async throws -> Void) async throws
  /// The pseudonyms of a person's records: a customer's own and those of the visitors joined to it; of a visitor, whom a
  /// cookie alone names, the visitor's own.
  func pseudonyms(of person: Person) async throws -> [ShopperID]
  /// Deletes every record of the person; their deeds stay in the sums. Events of the person until `now` that come later are
  /// counted in the sums alone.
  func erase(_ person: Person, now: Timestamp) async throws -> [PersonalRecords]
}

/// A value of a cache, or the version under which a value may be put there.
public enum Cached<Value: Sendable>: Sendable {
  case present(Value)
  case absent(version: String)
}

/// The lists of a cache that may lack a deed, because the cache did not take it.
public struct StaleLists: Sendable, Hashable {
  public var shoppers: Set<ShopperID> = []
  /// Products whose companions by order changed.
  public var bought: Set<ProductID> = []
  public var isTrendingStale = false
  /// More than can be told apart.
  public var isEverything = false

  public init() {}

  public init(_ deeds: [Interaction]) {
    shoppers = Set(deeds.map(\.shopper))
    bought = Set(deeds.filter { $0.kind == .purchase || $0.kind == .returned }.map(\.product))
    isTrendingStale = deeds.contains { InteractionKind.rising.contains($0.kind) }
  }

  public var isEmpty: Bool { self == StaleLists() }

  /// Adds others. More than `most` shoppers or products are not told apart.
  public mutating func add(_ other: StaleLists, most: Int) {
    shoppers.formUnion(other.shoppers)
    bought.formUnion(other.bought)
    isTrendingStale = isTrendingStale || other.isTrendingStale
    guard isEverything || other.isEverything || shoppers.count + bought.count > most else { return }
    self = StaleLists()
    isEverything = true
  }
}

/// Keeps at hand what pages ask for. Each value can be read from the durable store again: a lost cache loses nothing.
///
/// A deed changes only what is present. A value that was read from the durable store is kept only if no deed came
/// since its `version` was given out, so that nothing older hides a newer deed.
public protocol BehaviourCache: Sendable {
  /// Adds new deeds of known shoppers to what is present. After an error some of them may be there, and some may not.
  func note(_ interactions: [Interaction], now: Timestamp) async throws
  /// The shopper that a visitor's pseudonym is: itself, or the customer's from the sign-in on.
  func shopper(behind pseudonym: ShopperID) async throws -> Cached<ShopperID>
  func keep(_ shopper: ShopperID, behind pseudonym: ShopperID, version: String) async throws
  /// In no order; at most 100.
  func recent(of shopper: ShopperID) async throws -> Cached<[Interaction]>
  func keep(_ interactions: [Interaction], of shopper: ShopperID, version: String) async throws
  /// nil once a deed came since it was kept.
  func profile(of shopper: ShopperID) async throws -> Cached<ShopperProfile>
  func keep(_ profile: ShopperProfile, of shopper: ShopperID, version: String) async throws
  func companions(of product: ProductID, in list: CompanionList) async throws -> Cached<[WeightedProduct]>
  func keep(
    _ companions: [WeightedProduct], of product: ProductID, in list: CompanionList, version: String) async throws
  /// The decayed interest at `now`.
  func trending(now: Timestamp, limit: Int) async throws -> Cached<[WeightedProduct]>
  func keep(trending: [WeightedProduct], now: Timestamp, version: String) async throws
  /// Drops lists that lack a deed. A note from before that arrives afterwards changes nothing.
  func drop(_ lists: StaleLists) async throws
  /// Forgets what is kept of these pseudonyms; their recent searches, of which there is no other record, only where it
  /// erases them.
  func forget(_ shoppers: [ShopperID], erasesSearches: Bool) async throws
}

/// The reason for which two products are companions.
public enum CompanionList: String, Sendable, CaseIterable {
  case viewed
  case bought
}
