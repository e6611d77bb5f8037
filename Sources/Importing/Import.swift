import Catalog
import Dispatch
public import Ports

/// The outcome of an import.
public struct ImportReport: Sendable, Equatable {
  public struct Refusal: Sendable, Equatable {
    public var line: Int
    public var reason: String

    public init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }
  }

  /// Refusals that are kept with their lines; beyond them only the number goes up.
  public static let maxRefusals = 10_000

  public internal(set) var inserted = 0
  public internal(set) var changed = 0
  public internal(set) var unchanged = 0
  public internal(set) var refused = 0
  /// Products of the file, of those that were not refused, that name no stock. The shop sells none of them until another
  /// import or the stock's own system gives them some.
  public internal(set) var withoutStock = 0
  /// The first ones, in the order of the lines.
  public internal(set) var refusals: [Refusal] = []

  public var total: Int { inserted + changed + unchanged + refused }

  /// `19406 inserted, 0 changed, 0 unchanged, 0 refused`
  public var summary: String {
    let lines = refused == 1 ? "line" : "lines"
    return "\(inserted) inserted, \(changed) changed, \(unchanged) unchanged; \(refused) \(lines) refused"
  }

  /// Advice about products without stock; nil where there are none.
  public var stockAdvice: String? {
    guard withoutStock > 0 else { return nil }
    let of = withoutStock == 1 ? "1 product has" : "\(withoutStock) products have"
    let taken = inserted + changed + unchanged
    let reason =
      withoutStock == taken ? "no column maps to `stock`, or all of its fields are empty" : "their `stock` is empty"
    return "\(of) no stock in this file, so that they are out of stock unless they had some: \(reason)"
  }

  mutating func refuse(line: Int, reason: String) {
    refused += 1
    if refusals.count < Self.maxRefusals { refusals.append(Refusal(line: line, reason: reason)) }
  }
}

/// Carries a file's products into the catalog, in batches, reading ahead while the last batch is written.
public struct Import: Sendable {
  /// Products that one transaction writes: enough to make its fixed cost small, few enough to hold in memory twice.
  public static let defaultBatchSize = 1_000

  let format: ImportFormat
  let path: String
  let mapping: ColumnMapping?
  let source: String
  let batchSize: Int

  /// `path` may be `-` for standard input; `source` is the name that the products are kept under, as `icecat`.
  public init(
    format: ImportFormat, path: String, mapping: ColumnMapping? = nil, source: String,
    batchSize: Int = Import.defaultBatchSize
  ) {
    self.format = format
    self.path = path
    self.mapping = mapping
    self.source = source
    self.batchSize = max(1, batchSize)
  }

  /// Runs the import; `progress` hears of each batch. A line that is refused does not stop the rest.
  ///
  /// - Throws: `ImportSourceError` where the file cannot be read, and what the writer throws. What was written until
  ///   then stays, and the next run finds it unchanged.
  public func run(
    into writer: any CatalogWriter, progress: @Sendable (ImportReport) -> Void = { _ in }
  ) async throws -> ImportReport {
    let reader = BatchReader(try format.reader(path: path, mapping: mapping), batchSize: batchSize)
    var report = ImportReport()
    var batch = try await reader.next()
    while let current = batch {
      async let upcoming = reader.next()
      let outcome = try await writer.upsert(current.records, source: source)
      report.inserted += outcome.inserted
      report.changed += outcome.changed
      report.unchanged += outcome.unchanged
      let kept = Set(current.records.indices).subtracting(outcome.refused.map(\.offset))
      report.withoutStock += kept.count { current.records[$0].variants.allSatisfy(\.stock.isEmpty) }
      let refused = outcome.refused.map { (current.lines[$0.offset], $0.reason) }
      for (line, reason) in (refused + current.refused).sorted(by: { $0.0 < $1.0 }) {
        report.refuse(line: line, reason: reason)
      }
      progress(report)
      try Task.checkCancellation()
      batch = try await upcoming
    }
    return report
  }
}

/// The import that `vitrine import` runs: parse, write, report.
public func runImport(
  format: ImportFormat, path: String, mapping: ColumnMapping? = nil, source: String? = nil, writer: any CatalogWriter,
  progress: @Sendable (ImportReport) -> Void = { _ in }
) async throws -> ImportReport {
  try await Import(format: format, path: path, mapping: mapping, source: source ?? format.rawValue)
    .run(into: writer, progress: progress)
}

/// Reads batches on a thread of its own, since reading a file blocks.
///
/// `@unchecked Sendable`: its state is touched on its serial queue alone.
private final class BatchReader: @unchecked Sendable {
  struct Batch: Sendable {
    var records: [ProductRecord] = []
    /// The line of each record.
    var lines: [Int] = []
    var refused: [(line: Int, reason: String)] = []
  }

  private let queue = DispatchQueue(label: "vitrine.import")
  private let batchSize: Int
  private var reader: any RecordReader
  private var lineByCode: [String: Int] = [:]
  private var lineBySKU: [String: Int] = [:]

  init(_ reader: any RecordReader, batchSize: Int) {
    self.reader = reader
    self.batchSize = batchSize
  }

  /// nil at the end.
  func next() async throws -> Batch? {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.read() }) }
    }
  }

  private func read() throws -> Batch? {
    var batch = Batch()
    while batch.records.count < batchSize, batch.refused.count < batchSize, let line = try reader.next() {
      switch line {
      case .refused(let line, let reason): batch.refused.append((line, reason))
      case .record(let record, let line):
        // Limits are for what is kept: a text's tags are not.
        let record = record.withoutMarkup()
        if let reason = record.excess ?? doubled(record, line) {
          batch.refused.append((line, reason))
        } else {
          batch.records.append(record)
          batch.lines.append(line)
        }
      }
    }
    return batch.records.isEmpty && batch.refused.isEmpty ? nil : batch
  }

  /// A code or a SKU that an earlier line of the file has: the earlier one holds.
  private func doubled(_ record: ProductRecord, _ line: Int) -> String? {
    if let earlier = lineByCode[record.code] { return "code \(record.code) stands in line \(earlier) already" }
    var own: Set<SKU> = []
    for variant in record.variants {
      if let earlier = lineBySKU[variant.sku.text] { return "SKU \(variant.sku) stands in line \(earlier) already" }
      if !own.insert(variant.sku).inserted { return "SKU \(variant.sku) stands twice in product \(record.code)" }
    }
    lineByCode[record.code] = line
    for sku in own { lineBySKU[sku.text] = line }
    return nil
  }
}
