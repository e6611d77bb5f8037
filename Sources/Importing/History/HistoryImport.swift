public import Catalog
import Dispatch
public import Ports

/// The outcome of an import of a history.
public struct HistoryReport: Sendable, Equatable {
  public internal(set) var stored = 0
  public internal(set) var repeated = 0
  /// Lines whose product the catalog does not have: they wait for it.
  public internal(set) var aside = 0
  public internal(set) var refused = 0
  /// The first ones, in the order of the lines.
  public internal(set) var refusals: [ImportReport.Refusal] = []
  /// Products that were made of the lines.
  public internal(set) var products = 0

  public var total: Int { stored + repeated + aside + refused }

  /// `541909 lines: 535000 stored, 0 stored before, 6900 of unknown products kept aside, 9 refused`
  public var summary: String {
    "\(total) lines: \(stored) stored, \(repeated) stored before, \(aside) of unknown products kept aside, \(refused) refused"
  }

  mutating func refuse(line: Int, reason: String) {
    refused += 1
    if refusals.count < ImportReport.maxRefusals { refusals.append(.init(line: line, reason: reason)) }
  }
}

/// Carries the orders or events of a file into the history, in batches, reading ahead while the last batch is written.
public struct HistoryImport: Sendable {
  /// Lines of one transaction.
  private static let batchSize = 5_000
  /// Products of one transaction.
  private static let productBatch = 500

  let kind: HistoryKind
  let format: ImportFormat
  let path: String
  let mapping: HistoryMapping?
  let source: String
  let now: Timestamp
  let retention: BehaviourRetention?

  /// `retention`: a line that is older than its kind is kept is refused, since it would be deleted within a day; nil: none is.
  /// `path` may be `-` for standard input; `source` is the name that the lines are told apart by.
  public init(
    _ kind: HistoryKind, format: ImportFormat, path: String, mapping: HistoryMapping?, source: String, now: Timestamp,
    retention: BehaviourRetention? = nil
  ) {
    self.retention = retention
    self.kind = kind
    self.format = format
    self.path = path
    self.mapping = mapping
    self.source = source
    self.now = now
  }

  /// Stores every line that can be read; repeatable. `progress` hears of each batch.
  public func run(
    into store: any EventStore, progress: @Sendable (HistoryReport) -> Void = { _ in }
  ) async throws -> HistoryReport {
    let reader = try reader()
    var report = HistoryReport()
    var batch = try await reader.next()
    while let current = batch {
      async let upcoming = reader.next()
      for (line, reason) in current.refused { report.refuse(line: line, reason: reason) }
      try await write(current.lines[...], into: store, &report)
      progress(report)
      try Task.checkCancellation()
      batch = try await upcoming
    }
    return report
  }

  /// Halves a batch that cannot be kept, until the line for which it cannot stands alone.
  private func write(
    _ lines: ArraySlice<HistoryBatchReader.Line>, into store: any EventStore, _ report: inout HistoryReport
  ) async throws {
    guard !lines.isEmpty else { return }
    do {
      for (line, outcome) in zip(lines, try await store.write(lines.map(\.event)).outcomes) {
        switch outcome {
        case .stored, .counted: report.stored += 1
        case .repeated: report.repeated += 1
        case .aside: report.aside += 1
        case .unusable(let reason): report.refuse(line: line.number, reason: reason)
        }
      }
    } catch let error as UnusableRows {
      guard lines.count > 1 else {
        return report.refuse(line: lines.first?.number ?? 0, reason: error.description)
      }
      let middle = lines.startIndex + lines.count / 2
      try await write(lines[..<middle], into: store, &report)
      try await write(lines[middle...], into: store, &report)
    }
  }

  /// Makes products of the lines' own titles and prices, one for each SKU; returns how many are new.
  ///
  /// A product's title is the most frequent of its lines', its price the last. The file is read once for it.
  public func makeCatalog(in writer: any CatalogWriter) async throws -> Int {
    guard path != "-" else {
      throw ImportSourceError(path: "standard input", reason: "is read once: save it to a file to make a catalog of it")
    }
    let reader = try reader()
    var found: [String: FoundProduct] = [:]
    while let batch = try await reader.next() {
      for line in batch.lines {
        guard case .deed(let deed) = line.event.content, case .sku(let sku) = deed.product else { continue }
        found[sku, default: FoundProduct()].add(line.title, deed.price)
      }
    }
    let records = found.sorted { $0.key < $1.key }.map { $0.value.record(sku: $0.key) }
    var inserted = 0
    for start in stride(from: 0, to: records.count, by: Self.productBatch) {
      let slice = Array(records[start..<min(start + Self.productBatch, records.count)])
      inserted += try await writer.upsert(slice, source: source).inserted
    }
    return inserted
  }

  private func reader() throws -> HistoryBatchReader {
    HistoryBatchReader(
      try HistoryReader(kind, format: format, path: path, mapping: mapping, source: source, now: now),
      batchSize: Self.batchSize, tooOld: { [now, retention] event in retention?.refusal(of: event, now: now) })
  }
}

extension BehaviourRetention {
  /// The reason for which an event of that age is not stored; nil where it is.
  fileprivate func refusal(of event: ShopEvent, now: Timestamp) -> String? {
    guard case .deed(let deed) = event.content else { return nil }
    let isOrder = [.purchase, .returned, .rating].contains(deed.kind)
    let (days, setting) = isOrder ? (orderDays, "behaviour.orderDays") : (browsingDays, "behaviour.browsingDays")
    guard event.at.day < now.day.advanced(by: 1 - days) else { return nil }
    return "is of \(event.at.day): \(deed.kind.rawValue) is kept for \(days) days (\(setting))"
  }
}

/// A product as the lines of a history tell of it.
private struct FoundProduct {
  private var titles: [String: Int] = [:]
  private var price: Money?

  mutating func add(_ title: String?, _ price: Money?) {
    if let title { titles[title, default: 0] += 1 }
    if let price, price.minorUnits > 0 { self.price = price }
  }

  func record(sku: String) -> ProductRecord {
    let title = titles.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? sku
    return ProductRecord(
      code: sku, title: title,
      variants: [
        ProductRecord.Variant(
          sku: SKU(sku), prices: price.map { [Price(list: .retail, amount: $0)] } ?? [],
          stock: [ImportField.mainWarehouse: 100])
      ])
  }
}

/// Reads batches on a thread of its own, since reading a file blocks.
///
/// `@unchecked Sendable`: its state is touched on its serial queue alone.
private final class HistoryBatchReader: @unchecked Sendable {
  struct Line: Sendable {
    var event: ShopEvent
    var title: String?
    var number: Int
  }

  struct Batch: Sendable {
    var lines: [Line] = []
    var refused: [(line: Int, reason: String)] = []
  }

  private let queue = DispatchQueue(label: "vitrine.import.history")
  private let batchSize: Int
  private let tooOld: (ShopEvent) -> String?
  private var reader: HistoryReader

  init(_ reader: HistoryReader, batchSize: Int, tooOld: @escaping (ShopEvent) -> String?) {
    self.tooOld = tooOld
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
    while batch.lines.count < batchSize, batch.refused.count < batchSize, let line = try reader.next() {
      switch line {
      case .refused(let line, let reason): batch.refused.append((line, reason))
      case .event(let event, let title, let line):
        if let reason = tooOld(event) {
          batch.refused.append((line, reason))
          continue
        }
        batch.lines.append(Line(event: event, title: title, number: line))
      }
    }
    return batch.lines.isEmpty && batch.refused.isEmpty ? nil : batch
  }
}
