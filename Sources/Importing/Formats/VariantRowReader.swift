import Catalog

/// One row of a file: heading and value, empty values left out.
enum VariantRow {
  case fields([(heading: String, value: String)], line: Int)
  case refused(line: Int, reason: String)
}

/// Gives the rows of a file one by one.
protocol VariantRowSource {
  /// The headings, where the file has them before its rows.
  mutating func headings() throws -> [String]?
  mutating func next() throws -> VariantRow?
}

/// Makes products of rows that are a variant each: rows that follow each other with the same code are one product.
///
/// The product's own fields are the first row's. Where one row of a product is refused the product is, so that the
/// catalog never has half of it.
struct VariantRowReader<Rows: VariantRowSource>: RecordReader {
  private var rows: Rows
  private let mapping: ColumnMapping
  private var fieldByHeading: [String: MappedColumn?] = [:]
  private let constants: [MappedColumn]
  private var isStarted = false
  private var isAtEnd = false
  /// The product whose rows are being read.
  private var product: VariantRowProduct?
  /// At most the lines of one product.
  private var pending: [ImportedLine] = []

  init(_ rows: Rows, mapping: ColumnMapping) {
    self.rows = rows
    self.mapping = mapping
    constants = mapping.constants.sorted { $0.key < $1.key }.compactMap { name, value in
      // The mapping's own reading has refused unknown fields.
      (try? ImportField(name, attributes: mapping.attributes)).map {
        MappedColumn(heading: name, field: $0, column: .init(field: name), constant: value)
      }
    }
  }

  mutating func next() throws -> ImportedLine? {
    if !isStarted {
      isStarted = true
      try start()
    }
    while pending.isEmpty, !isAtEnd {
      switch try rows.next() {
      case nil:
        isAtEnd = true
        finishProduct()
      case .refused(let line, let reason): return .refused(line: line, reason: reason)
      case .fields(let cells, let line): try add(cells, line)
      }
    }
    return pending.isEmpty ? nil : pending.removeFirst()
  }

  private mutating func start() throws {
    guard let headings = try rows.headings() else { return }
    let fields = try headings.compactMap { try column(of: $0)?.field } + constants.map(\.field)
    guard fields.contains(.sku) else { throw ImportMappingError("no column is the sku: name or map one") }
    guard fields.contains(.title) else { throw ImportMappingError("no column is the title: name or map one") }
    if let double = Dictionary(grouping: headings.filter { (try? column(of: $0)) != nil }, by: { $0 })
      .first(where: { $0.value.count > 1 })
    {
      throw ImportMappingError("two columns are headed \(double.key): rename one")
    }
  }

  /// nil for a heading that the mapping does not want.
  private mutating func column(of heading: String) throws -> MappedColumn? {
    if let known = fieldByHeading[heading] { return known }
    var column: MappedColumn?
    if let mapped = mapping.columns[heading] {
      column = MappedColumn(
        heading: heading, field: try ImportField(mapped.field, attributes: mapping.attributes), column: mapped)
    } else {
      do {
        column = MappedColumn(
          heading: heading, field: try ImportField(heading, attributes: mapping.attributes),
          column: .init(field: heading))
      } catch let refusal as LineRefusal {
        guard !mapping.columns.isEmpty else {
          throw ImportMappingError("column \(heading): \(refusal.reason): rename it or give a mapping")
        }
      }
    }
    fieldByHeading[heading] = .some(column)
    return column
  }

  // MARK: Products

  private mutating func add(_ cells: [(heading: String, value: String)], _ line: Int) throws {
    var fields = VariantFields()
    for constant in constants { fields.take(constant, constant.constant ?? "") }
    for (heading, value) in cells {
      if let column = try column(of: heading) { fields.take(column, value) }
    }
    let isSame = product.map { $0.code == fields.code && $0.rowCount < CatalogLimits.variants } ?? false
    if isSame {
      product?.add(fields, line: line)
    } else {
      finishProduct()
      product = VariantRowProduct(fields, line: line)
    }
  }

  private mutating func finishProduct() {
    pending += product?.lines() ?? []
    product = nil
  }
}

/// The mapping or the headings do not make products: the file cannot be read at all.
public struct ImportMappingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  init(_ reason: String) { description = reason }
}

/// A column with the field that it is.
struct MappedColumn {
  let heading: String
  let field: ImportField
  let column: ColumnMapping.Column
  var constant: String?
}

/// Collects the rows of one product.
private struct VariantRowProduct {
  let code: String?
  private let first: VariantFields
  private let firstLine: Int
  private(set) var rowCount = 1
  private var variants: [ProductRecord.Variant] = []
  private var refusals: [(line: Int, reason: String)] = []

  init(_ fields: VariantFields, line: Int) {
    code = fields.code
    first = fields
    firstLine = line
    take(fields, line)
  }

  mutating func add(_ fields: VariantFields, line: Int) {
    rowCount += 1
    take(fields, line)
  }

  private mutating func take(_ fields: VariantFields, _ line: Int) {
    do { variants.append(try fields.variant()) } catch let refusal as LineRefusal {
      refusals.append((line, refusal.reason))
    } catch {
      refusals.append((line, "\(error)"))
    }
  }

  /// The product, or the refusals of its rows.
  func lines() -> [ImportedLine] {
    guard refusals.isEmpty else {
      let isFirstRefused = refusals[0].line == firstLine
      let reason = "product \(code ?? ""): line \(refusals[0].line) is refused, and with it the product"
      return (isFirstRefused ? [] : [.refused(line: firstLine, reason: reason)])
        + refusals.map { .refused(line: $0.line, reason: $0.reason) }
    }
    do {
      return [.record(try first.product(variants), line: firstLine)]
    } catch let refusal as LineRefusal {
      return [.refused(line: firstLine, reason: refusal.reason)]
    } catch {
      return [.refused(line: firstLine, reason: "\(error)")]
    }
  }
}
