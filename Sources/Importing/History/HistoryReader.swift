public import Catalog
public import Ports

/// The kinds of history that a file may hold.
public enum HistoryKind: String, Sendable, CaseIterable {
  /// A line is one product of an order; a negative quantity or the mapping's prefix tells a return or cancellation.
  case orders
  /// A line is one deed, with its `type`.
  case events
}

/// A line of a history.
public enum HistoryLine: Sendable {
  case event(ShopEvent, title: String?, line: Int)
  case refused(line: Int, reason: String)
}

/// Reads the orders or events of a shop that exists already, line by line, in flat memory. Reading blocks.
public struct HistoryReader {
  private enum Limits {
    static let textBytes = 200
    static let quantity: UInt = 1_000_000_000
    static let earliest = Timestamp("1990-01-01")!
  }

  private var rows: any VariantRowSource
  private let kind: HistoryKind
  private let mapping: HistoryMapping
  private let source: String
  private let now: Timestamp
  private var isStarted = false
  private var fieldByHeading: [String: HistoryField?] = [:]
  /// How often each line occurred before: two equal lines of an order are two pieces.
  private var occurrences: [EventID: Int] = [:]
  /// The time of the line before: the lines of an order have the same.
  private var lastTime: (text: String, at: Timestamp)?

  /// `source` tells one shop's orders from those of another; lines dated after `now` are refused.
  public init(
    _ kind: HistoryKind, format: ImportFormat, path: String, mapping: HistoryMapping?, source: String, now: Timestamp
  ) throws {
    let bytes = try ByteSource(path: path)
    let mapping = mapping ?? HistoryMapping()
    switch format {
    case .csv: rows = CSVRows(bytes, delimiter: mapping.delimiter)
    case .ndjson: rows = NDJSONRows(bytes)
    case .icecat: throw ImportSourceError(path: path, reason: "icecat has products only: give csv or ndjson")
    }
    self.kind = kind
    self.mapping = mapping
    self.source = source
    self.now = now
  }

  /// nil at the end. What is wrong with a line is `refused`; an error ends the reading.
  public mutating func next() throws -> HistoryLine? {
    if !isStarted {
      isStarted = true
      try start()
    }
    switch try rows.next() {
    case nil: return nil
    case .refused(let line, let reason): return .refused(line: line, reason: reason)
    case .fields(let cells, let line):
      do {
        let fields = try fields(cells)
        return .event(try event(fields), title: fields[.title], line: line)
      } catch let refusal as LineRefusal {
        return .refused(line: line, reason: refusal.reason)
      }
    }
  }

  private mutating func start() throws {
    guard let headings = try rows.headings() else { return }
    var known = Set(mapping.constants.keys)
    for heading in headings { if let field = field(of: heading) { known.insert(field) } }
    for required in kind == .orders ? [HistoryField.order, .at] : [.type, .at] where !known.contains(required) {
      throw ImportMappingError("no column is the \(required.rawValue): name or map one")
    }
    guard known.contains(.sku) || known.contains(.productID) else {
      throw ImportMappingError("no column is the sku: name or map one")
    }
  }

  private mutating func field(of heading: String) -> HistoryField? {
    if let known = fieldByHeading[heading] { return known }
    let field = mapping.columns[heading] ?? (mapping.columns.isEmpty ? HistoryField(rawValue: heading) : nil)
    fieldByHeading[heading] = .some(field)
    return field
  }

  private mutating func fields(_ cells: [(heading: String, value: String)]) throws -> [HistoryField: String] {
    var fields = mapping.constants
    for (heading, value) in cells {
      guard let field = field(of: heading), let text = try FieldText.kept(value, heading) else { continue }
      fields[field] = text
    }
    return fields
  }

  private mutating func event(_ fields: [HistoryField: String]) throws -> ShopEvent {
    let at = try time(fields)
    var quantity = try quantity(fields)
    let order = try text(.order, fields, atMost: Limits.textBytes)
    var kind = InteractionKind.purchase
    if self.kind == .events {
      let all = InteractionKind.allCases.map(\.rawValue).joined(separator: ", ")
      guard let word = fields[.type] else { throw LineRefusal("type is empty: give one of \(all)") }
      guard let type = InteractionKind(rawValue: word.lowercased()) else {
        throw LineRefusal("type \(word) must be one of \(all)")
      }
      kind = type
    } else if order == nil {
      throw LineRefusal("order is empty: give the order's number")
    }
    let isCancelled = mapping.cancellationPrefix.map { order?.hasPrefix($0) == true } ?? false
    if kind == .purchase, quantity < 0 || isCancelled { kind = .returned }
    quantity = abs(quantity)
    var deed = ProductDeed(kind, try product(fields), quantity: quantity, price: try price(fields), order: order)
    deed.placement = try text(.placement, fields, atMost: 60)
    if kind == .rating {
      guard let text = fields[.stars] else { throw LineRefusal("stars is empty: a rating has 1 to 5") }
      guard let stars = Double(text), (1.0...5.0).contains(stars) else {
        throw LineRefusal("stars \(text) is not a number from 1 to 5")
      }
      deed.stars = stars
    }
    return ShopEvent(
      id: try id(fields, deed, at), at: at, actor: try actor(fields), content: .deed(deed))
  }

  /// A line without a number of its own is told apart by what it says, and by how many lines before said the same: the
  /// same file imported twice is stored once.
  private mutating func id(_ fields: [HistoryField: String], _ deed: ProductDeed, _ at: Timestamp) throws -> EventID {
    if let text = fields[.id] { return EventID(text) ?? EventID(of: "\(source) \(text)") }
    let content =
      "\(source) \(deed.kind.rawValue) \(deed.order ?? "") \(fields[.sku] ?? fields[.productID] ?? "") \(at) \(deed.quantity) \(fields[.customer] ?? fields[.visitor] ?? "") \(deed.price?.minorUnits ?? -1)"
    let id = EventID(of: content)
    let before = occurrences[id, default: 0]
    occurrences[id] = before + 1
    return before == 0 ? id : EventID(of: "\(content) #\(before)")
  }

  private mutating func time(_ fields: [HistoryField: String]) throws -> Timestamp {
    guard let text = fields[.at] else { throw LineRefusal("at is empty: give the line's time") }
    if let lastTime, lastTime.text == text { return lastTime.at }
    // `2010-12-01 08:26:00`, as sheets write it, is the time of the mapping's zone.
    let isPlain = text.utf8.count == 19 && text.utf8.dropFirst(10).first == UInt8(ascii: " ")
    let iso = isPlain ? text.replacing(" ", with: "T") + "Z" : text
    guard let time = Timestamp(iso) else {
      throw LineRefusal("at \(text) is not a time as 2026-11-23T17:00:00Z or 2026-11-23 17:00:00")
    }
    let at = Timestamp(
      microsecondsSinceEpoch: time.microsecondsSinceEpoch.subtracting(saturating: mapping.hoursAhead * 3_600_000_000))
    guard at >= Limits.earliest else { throw LineRefusal("at \(text) is before 1990") }
    guard at <= now else { throw LineRefusal("at \(text) is in the future") }
    lastTime = (text, at)
    return at
  }

  private func quantity(_ fields: [HistoryField: String]) throws -> Int {
    guard let text = fields[.quantity] else { return 1 }
    guard let plain = NumberText.plain(text, decimalMark: mapping.decimalMark),
      let number = Int(NumberText.trimmed(plain, to: 0)), number != 0, number.magnitude <= Limits.quantity
    else { throw LineRefusal("quantity \(text) must be a whole number, not 0") }
    return number
  }

  private func price(_ fields: [HistoryField: String]) throws -> Money? {
    guard let text = fields[.priceMinor] ?? fields[.price] else { return nil }
    guard let code = fields[.currency] else {
      throw LineRefusal("price has no currency: give a column or a constant currency")
    }
    let currency = try FieldText.currency(code)
    guard let plain = NumberText.plain(text, decimalMark: mapping.decimalMark) else {
      throw LineRefusal("price \(text) is not a number")
    }
    let money =
      fields[.priceMinor] != nil
      ? Int64(NumberText.trimmed(plain, to: 0)).map { Money(minorUnits: $0, currency: currency) }
      : Self.money(plain, currency)
    guard let money, (0...1_000_000_000_000).contains(money.minorUnits) else {
      throw LineRefusal("price \(text) is not an amount of \(code) from 0 on")
    }
    return money
  }

  /// A sheet's average price may have more decimals than the currency: it is rounded.
  private static func money(_ plain: String, _ currency: Currency) -> Money? {
    let text = NumberText.trimmed(plain, to: currency.minorUnitDigits)
    if let exact = Money(decimalText: text, currency: currency) { return exact }
    guard let number = Double(text), let scale = Double("1e\(currency.minorUnitDigits)") else { return nil }
    return Int64(exactly: (number * scale).rounded()).map { Money(minorUnits: $0, currency: currency) }
  }

  private func product(_ fields: [HistoryField: String]) throws -> ProductReference {
    if let text = fields[.productID] {
      guard let id = ProductID(text) else { throw LineRefusal("product_id \(text) is not a product's id") }
      return .id(id)
    }
    guard let sku = try text(.sku, fields, atMost: 400) else { throw LineRefusal("sku is empty: name the product") }
    return .sku(sku)
  }

  private func actor(_ fields: [HistoryField: String]) throws -> EventActor {
    if let text = fields[.customer] {
      // A sheet that took a number for a decimal: 17850.0 is customer 17850.
      let plain = text.hasSuffix(".0") && text.dropLast(2).allSatisfy(\.isWholeNumber) ? String(text.dropLast(2)) : text
      guard let code = CustomerCode(plain) else {
        throw LineRefusal("customer is not a text of 1 to \(CustomerCode.maxBytes) bytes")
      }
      return .person(.customer(code))
    }
    if let text = fields[.visitor] {
      guard let visitor = VisitorID(text) else { throw LineRefusal("visitor is not 32 hexadecimal digits") }
      return .person(.visitor(visitor))
    }
    return .nobody
  }

  private func text(_ field: HistoryField, _ fields: [HistoryField: String], atMost bytes: Int) throws -> String? {
    guard let text = fields[field] else { return nil }
    guard text.utf8.count <= bytes else { throw LineRefusal("\(field.rawValue) is longer than \(bytes) bytes") }
    return text
  }
}
