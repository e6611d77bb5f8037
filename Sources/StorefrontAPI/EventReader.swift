import Catalog
import Edge
import HTTPServer
import JSON
import Ports
import SearchService

/// Reads the events of a request's body: every member is checked, and what is wrong with an event is said for that event.
struct EventReader {
  enum Limits {
    static let events = 1_000
    static let products = 100
    static let textBytes = 200
    static let placementBytes = 60
    static let position: Int64 = 1_000_000
    static let quantity: Int64 = 1_000_000
    static let amount: Int64 = 1_000_000_000_000
    /// How late an event may come: a telephone may have been off for days.
    static let lateDays: Int64 = 7
    /// How far ahead of ours a sender's clock may be.
    static let aheadMinutes: Int64 = 5
  }

  /// A mistake in one event.
  struct Fault: Error {
    var index: Int
    /// nil: the event as a whole.
    var member: String?
    var reason: String

    var pointer: String { "/events/\(index)" + (member.map { "/\($0)" } ?? "") }
  }

  let actor: EventActor
  let network: [UInt8]
  let sender: EventSender
  let now: Timestamp
  /// Whether the events came as a list.
  let isList: Bool

  /// The events of a body: one object, or an object with a list of them as its `events`.
  static func items(in body: [UInt8]) throws -> (items: [JSONValue], isList: Bool) {
    guard let document = try? JSONValue(parsing: body), document.object != nil else {
      throw Problem(APIProblem.invalidBody, detail: "The body is not a JSON object.")
    }
    if document["type"] != nil { return ([document], false) }
    guard let items = document["events"]?.array, (1...Limits.events).contains(items.count) else {
      throw Problem(
        APIProblem.invalidBody,
        detail: "Send one event, or an object with a list of 1 to \(Limits.events) events as its `events`.")
    }
    return (items, true)
  }

  func event(_ item: JSONValue, at index: Int) throws(Fault) -> ShopEvent {
    let members = Members(item: item, index: index)
    guard item.object != nil else { throw Fault(index: index, member: nil, reason: "must be a JSON object") }
    for member in ["visitor", "visitor_id", "customer", "customer_id"] where item[member] != nil {
      throw members.fault(member, "must be left out: the shop knows its visitors by their cookie")
    }
    let type = try members.text("type", atMost: 40) ?? ""
    let at = try time(members)
    let content: ShopEvent.Content
    switch type {
    case "impression": content = .shown(try shown(members))
    case "search": content = .search(try search(members, at: at))
    default:
      guard let kind = InteractionKind(rawValue: type), kind != .returned else {
        let known = InteractionKind.allCases.filter { $0 != .returned }.map(\.rawValue) + ["search", "impression"]
        throw members.fault("type", "must be one of \(known.joined(separator: ", "))")
      }
      content = .deed(try deed(kind, members))
    }
    let own = try id(members)
    let ofContent = Self.idOfContent(content)
    guard own != nil || ofContent != nil || !isList else {
      throw members.fault("id", "is missing: an event of a list needs a UUID, by which it can be sent again")
    }
    return ShopEvent(
      id: own ?? ofContent ?? .random(), at: at, actor: actor, network: network, sender: sender, content: content,
      isNumberedByContent: own == nil && ofContent != nil)
  }

  /// The number of an event without one of its own, where its content tells it apart.
  private static func idOfContent(_ content: ShopEvent.Content) -> EventID? {
    guard case .deed(let deed) = content, deed.kind == .click, let list = deed.list else { return nil }
    return .click(of: deed.product, in: list)
  }

  private func id(_ members: Members) throws(Fault) -> EventID? {
    guard let text = try members.text("id", atMost: 36) else { return nil }
    guard let id = EventID(text) else {
      throw members.fault("id", "must be a UUID as 123e4567-e89b-12d3-a456-426614174000")
    }
    return id
  }

  private func time(_ members: Members) throws(Fault) -> Timestamp {
    guard let text = try members.text("at", atMost: 40) else { return now }
    guard let at = Timestamp(text) else { throw members.fault("at", "must be a time in UTC as 2026-11-23T17:00:00Z") }
    let age = now.microsecondsSinceEpoch.subtracting(saturating: at.microsecondsSinceEpoch) / 1_000_000
    guard age <= Limits.lateDays * 86_400 else {
      throw members.fault("at", "must be at most \(Limits.lateDays) days ago: check the clock; import older events")
    }
    guard age >= -Limits.aheadMinutes * 60 else {
      throw members.fault("at", "must not be over \(Limits.aheadMinutes) minutes ahead of now: check the clock")
    }
    return at
  }

  private func deed(_ kind: InteractionKind, _ members: Members) throws(Fault) -> ProductDeed {
    var deed = ProductDeed(kind, try product(members))
    deed.quantity = Int(clamping: try members.integer("quantity", in: 1...Limits.quantity) ?? 1)
    deed.price = try price(members)
    deed.list = try list(members)
    deed.position = try members.integer("position", in: 1...Limits.position).map { Int(clamping: $0) }
    deed.placement = try members.text("placement", atMost: Limits.placementBytes)
    deed.order = try members.text("order", atMost: Limits.textBytes)
    if kind == .rating {
      guard let stars = members.item["stars"]?.double, (1.0...5.0).contains(stars) else {
        throw members.fault("stars", "must be a number from 1 to 5")
      }
      deed.stars = stars
    } else if members.item["stars"] != nil {
      throw members.fault("stars", "must be left out: it belongs to a rating")
    }
    return deed
  }

  private func product(_ members: Members) throws(Fault) -> ProductReference {
    if let text = try members.text("product_id", atMost: 20) {
      guard members.item["sku"] == nil else { throw members.fault("sku", "must be left out beside a product_id") }
      guard let id = ProductID(text) else { throw members.fault("product_id", "must be a product's id as a string") }
      return .id(id)
    }
    guard let sku = try members.text("sku", atMost: Limits.textBytes) else {
      throw members.fault("product_id", "is missing: name the product by its product_id or its sku")
    }
    return .sku(sku)
  }

  private func price(_ members: Members) throws(Fault) -> Money? {
    guard let price = members.item["price"] else { return nil }
    guard let amount = price["amount_minor"]?.int, (0...Limits.amount).contains(amount),
      let currency = price["currency"]?.string.flatMap(Currency.init(code:))
    else {
      throw members.fault("price", "must be as {\"amount_minor\": 1999, \"currency\": \"GBP\"}")
    }
    return Money(minorUnits: amount, currency: currency)
  }

  private func list(_ members: Members) throws(Fault) -> ListID? {
    guard members.item["search_id"] == nil || members.item["list_id"] == nil else {
      throw members.fault("list_id", "must be left out beside a search_id")
    }
    for name in ["search_id", "list_id"] {
      guard let text = try members.text(name, atMost: 40) else { continue }
      guard let list = ListID(text) else {
        throw members.fault(name, "must be the one that the list came with: 16 hexadecimal digits")
      }
      return list
    }
    return nil
  }

  private func shown(_ members: Members) throws(Fault) -> ShownList {
    guard let placement = try members.text("placement", atMost: Limits.placementBytes) else {
      throw members.fault("placement", "is missing: name the part of the page, as home or cart")
    }
    let products = try products(members)
    guard !products.isEmpty else { throw members.fault("products", "must be a list of products' ids") }
    return ShownList(
      list: try list(members) ?? .random(), placement: placement,
      rankedBy: try members.text("ranked_by", atMost: 120) ?? "",
      firstPosition: Int(clamping: try members.integer("first_position", in: 1...Limits.position) ?? 1),
      products: products)
  }

  private func products(_ members: Members) throws(Fault) -> [ProductID] {
    guard let value = members.item["products"] else { return [] }
    guard let items = value.array, items.count <= Limits.products else {
      throw members.fault("products", "must be a list of at most \(Limits.products) products' ids")
    }
    var products: [ProductID] = []
    for item in items {
      guard let id = item.string.flatMap(ProductID.init) else {
        throw members.fault("products", "must hold products' ids as strings")
      }
      products.append(id)
    }
    return products
  }

  private func search(_ members: Members, at: Timestamp) throws(Fault) -> LoggedSearch {
    guard let query = try members.text("query", atMost: Limits.textBytes) else {
      throw members.fault("query", "is missing: the words that were searched for")
    }
    guard let total = try members.integer("total", in: 0...1_000_000_000) else {
      throw members.fault("total", "is missing: the number of results")
    }
    let id = try list(members)
    return LoggedSearch(
      id: id.map { SearchID(rawValue: $0.rawValue) } ?? .random(), searchedAt: at, visitor: nil, range: network,
      query: PrivateText.masked(query.lowercased()), outcome: total > 0 ? .found : .nothing,
      total: Int(clamping: total),
      filterCount: Int(clamping: try members.integer("filters", in: 0...1_000) ?? 0),
      firstRank: Int(clamping: try members.integer("first_position", in: 1...Limits.position) ?? 1),
      products: try products(members))
  }
}

/// One event's members.
private struct Members {
  let item: JSONValue
  let index: Int

  func fault(_ member: String, _ reason: String) -> EventReader.Fault {
    EventReader.Fault(index: index, member: member, reason: reason)
  }

  /// nil for a member that is not there or null; never empty, and without control characters.
  func text(_ member: String, atMost bytes: Int) throws(EventReader.Fault) -> String? {
    guard let value = item[member], !value.isNull else { return nil }
    guard let text = value.string, !text.isEmpty, text.utf8.count <= bytes,
      text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
    else { throw fault(member, "must be a text of 1 to \(bytes) bytes without control characters") }
    return text
  }

  func integer(_ member: String, in range: ClosedRange<Int64>) throws(EventReader.Fault) -> Int64? {
    guard let value = item[member], !value.isNull else { return nil }
    guard let number = value.int, range.contains(number) else {
      throw fault(member, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
