import Catalog

/// The fields of one row, as text, and how they become a variant and a product.
struct VariantFields {
  /// The separator of several values in one cell.
  static let valueSeparator: Character = "|"
  /// The separator of the levels of a category.
  static let levelSeparator: Character = ">"

  private struct Cell {
    let column: ColumnMapping.Column
    let heading: String
    let text: String
  }

  private var cells: [ImportField: Cell] = [:]
  /// In the order of the columns.
  private var attributes: [AttributeDefinition] = []
  private var options: [AttributeDefinition] = []

  /// A later column of the same field wins where it is not empty.
  mutating func take(_ column: MappedColumn, _ value: String) {
    guard let trimmed = FieldText.trimmed(value) else { return }
    let text = column.column.values[trimmed] ?? trimmed
    guard !text.isEmpty else { return }
    let isNew =
      cells.updateValue(
        Cell(column: column.column, heading: column.heading, text: text), forKey: column.field) == nil
    switch column.field {
    case .attribute(let definition) where isNew: attributes.append(definition)
    case .option(let definition) where isNew: options.append(definition)
    default: break
    }
  }

  /// The product's number; a row without one is a product of its own, by its SKU.
  var code: String? { cells[.code]?.text ?? cells[.sku]?.text }

  // MARK: Variant

  func variant() throws -> ProductRecord.Variant {
    for cell in cells.values where cell.text.utf8.contains(0) {
      throw LineRefusal("\(cell.heading) holds a NUL character: remove it")
    }
    guard let sku = cells[.sku]?.text else { throw LineRefusal("sku is empty") }
    var variant = ProductRecord.Variant(sku: SKU(sku))
    variant.gtin = try cells[.gtin].map { try FieldText.gtin($0.text) }
    variant.pictureURL = cells[.picture]?.text
    variant.options = try options.map { try attribute($0, cells[.option($0)]) }
    variant.prices = try prices()
    variant.cost = try money(.cost(isMinor: false), .cost(isMinor: true))
    for case (.stock(let warehouse), let cell) in cells {
      guard let pieces = Int64(NumberText.trimmed(try number(cell, cell.text), to: 0)), pieces >= 0 else {
        throw LineRefusal("\(cell.heading) \(cell.text) is no whole number of pieces from 0 on")
      }
      variant.stock[warehouse] = pieces
    }
    return variant
  }

  private func prices() throws -> [Price] {
    let lists = Set(
      cells.keys.compactMap { field in
        if case .price(let list, _) = field { list } else { nil }
      })
    return try lists.sorted().compactMap { list in
      guard let amount = try money(.price(list: list, isMinor: false), .price(list: list, isMinor: true)) else {
        return nil
      }
      var price = Price(list: PriceListCode(list), amount: amount)
      if list == PriceListCode.retail.text {
        let was = try money(.wasPrice(isMinor: false), .wasPrice(isMinor: true))
        // A sheet that repeats the price as the one before says that there is no reduction.
        price.wasAmount = was.flatMap { $0.minorUnits > amount.minorUnits ? $0 : nil }
      }
      return price
    }
  }

  private func money(_ major: ImportField, _ minor: ImportField) throws -> Money? {
    guard let cell = cells[minor] ?? cells[major] else { return nil }
    let (mark, amount) = CurrencySign.parted(cell.text) ?? ("", cell.text)
    let named = try cells[.currency].map { try FieldText.currency($0.text) }
    guard let currency = named ?? CurrencySign.currency(of: mark) else {
      throw LineRefusal(
        mark.isEmpty
          ? "\(cell.heading) has no currency: give a column or a constant currency"
          : "\(cell.heading) \(cell.text): \(mark) does not name one currency: give a column or a constant currency")
    }
    guard mark.isEmpty || CurrencySign.isMark(mark, of: currency) else {
      throw LineRefusal(
        "\(cell.heading) \(cell.text) is not an amount of \(currency), the row's currency: correct one of them")
    }
    let digits = try number(cell, amount)
    let money =
      if cells[minor] != nil {
        Int64(NumberText.trimmed(digits, to: 0)).map { Money(minorUnits: $0, currency: currency) }
      } else {
        Money(decimalText: NumberText.trimmed(digits, to: currency.minorUnitDigits), currency: currency)
      }
    guard let money else {
      throw LineRefusal(
        "\(cell.heading) \(cell.text) is no amount of \(currency) with at most \(currency.minorUnitDigits) decimals")
    }
    guard money.minorUnits >= 0 else { throw LineRefusal("\(cell.heading) \(cell.text) is negative") }
    return money
  }

  // MARK: Product

  func product(_ variants: [ProductRecord.Variant]) throws -> ProductRecord {
    guard let title = cells[.title]?.text else { throw LineRefusal("title is empty") }
    var record = ProductRecord(code: code ?? "", title: title, variants: variants)
    record.summary = cells[.summary]?.text ?? ""
    record.brand = cells[.brand]?.text
    record.categories = values(.categories).compactMap { path in
      let levels = path.split(separator: Self.levelSeparator).compactMap { FieldText.trimmed($0) }
      return levels.isEmpty ? nil : levels
    }
    record.attributes = try attributes.map { try attribute($0, cells[.attribute($0)]) }
    record.pictureURLs = values(.pictures)
    record.ratingAverage = try cells[.ratingAverage].map { try double($0, $0.text) }
    record.ratingCount = try cells[.ratingCount].map { try integer($0) } ?? 0
    record.popularity = try cells[.popularity].map { try double($0, $0.text) } ?? 0
    if let lifecycle = cells[.lifecycle] { record.lifecycle = try FieldText.lifecycle(lifecycle.text) }
    if cells[.audience] != nil { record.audience = try FieldText.audience(values(.audience)) }
    record.releasedAt = try cells[.releasedAt].map { try FieldText.timestamp($0.text, $0.heading) }
    return record
  }

  private func values(_ field: ImportField) -> [String] {
    cells[field].map { $0.text.split(separator: Self.valueSeparator).compactMap { FieldText.trimmed($0) } } ?? []
  }

  private func attribute(_ definition: AttributeDefinition, _ cell: Cell?) throws -> ProductRecord.Attribute {
    guard let cell else { return .init(definition, []) }
    let texts = cell.text.split(separator: Self.valueSeparator).compactMap { FieldText.trimmed($0) }
    return .init(definition, try texts.map { try value(definition, cell, $0) })
  }

  private func value(_ definition: AttributeDefinition, _ cell: Cell, _ text: String) throws -> AttributeValue {
    switch definition.type {
    case .text: return .text(text)
    case .number:
      // The attribute's own unit may stand beside the number.
      guard let unit = definition.unit, let (mark, number) = CurrencySign.parted(text),
        mark.lowercased() == unit.lowercased()
      else { return .number(try double(cell, text)) }
      return .number(try double(cell, number))
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "1": return .boolean(true)
      case "false", "no", "0": return .boolean(false)
      default: throw LineRefusal("\(cell.heading) \(text) is not true, false, yes, no, 1 or 0")
      }
    case .date:
      guard let day = CalendarDay(text) else { throw LineRefusal("\(cell.heading) \(text) is no day as 2026-11-23") }
      return .date(day)
    case .swatch:
      guard let mark = text.lastIndex(of: "#"), let name = FieldText.trimmed(text[..<mark]) else {
        throw LineRefusal("\(cell.heading) \(text) is no name and colour as Red #ff0000")
      }
      return .swatch(name: name, hex: try FieldText.hex(String(text[mark...])))
    }
  }

  // MARK: Numbers

  private func double(_ cell: Cell, _ text: String) throws -> Double {
    guard let number = Double(try number(cell, text)), number.isFinite else {
      throw LineRefusal("\(cell.heading) \(text) is no number")
    }
    return number
  }

  private func integer(_ cell: Cell) throws -> Int64 {
    guard let number = Int64(NumberText.trimmed(try number(cell, cell.text), to: 0)) else {
      throw LineRefusal("\(cell.heading) \(cell.text) is no whole number")
    }
    return number
  }

  /// The number with a point and without grouping, times the column's factor.
  private func number(_ cell: Cell, _ text: String) throws -> String {
    guard let digits = NumberText.plain(text, decimalMark: cell.column.decimalMark) else {
      if let (mark, _) = CurrencySign.parted(text), !mark.isEmpty {
        throw LineRefusal("\(cell.heading) \(text) has “\(mark)” beside the number: leave it out")
      }
      let advice = cell.column.decimalMark == nil ? ": say in a mapping which mark is the decimal one" : ""
      throw LineRefusal("\(cell.heading) \(text) is no number whose marks can be told apart\(advice)")
    }
    guard cell.column.factor != 1 else { return digits }
    guard let number = Double(digits) else { throw LineRefusal("\(cell.heading) \(text) is no number") }
    let scaled = number * cell.column.factor
    // Twelve digits: past them a product of two decimals shows the binary fraction.
    let rounded = (scaled * 1e6).rounded() / 1e6
    return rounded.shortText
  }
}
