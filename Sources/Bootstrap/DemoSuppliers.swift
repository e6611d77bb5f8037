import Catalog
import Foundation
import JSON
import Ports
import PostgresClient
import PostgresStore
import Replenishment

/// The demo's suppliers, for the brands of the hand-written catalog.
enum DemoSuppliers {
  private struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  /// Fills a shop without suppliers; one that has some keeps them.
  static func load(into replenishment: Replenishment) async throws {
    guard try await replenishment.suppliers().isEmpty else { return }
    let path = try ProjectFolder.find() + "/Seeds/suppliers.json"
    let json = try JSONValue(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    for entry in json.array ?? [] {
      var reader = try ObjectReader(entry, path) { Unreadable(description: $0) }
      let supplier = try SupplierEntry(
        code: try reader.string("code") ?? "", name: try reader.string("name") ?? "",
        leadTimeDays: try reader.double("lead_time_days"),
        leadTimeDeviationDays: try reader.double("lead_time_deviation_days"),
        reviewDays: try reader.int("review_days"),
        minimumOrder: Money(decimalText: try reader.string("minimum_order") ?? "", currency: replenishment.currency),
        packSize: try reader.int("pack_size"), minimumUnits: try reader.int("minimum_units"),
        brands: (reader.value("brands")?.array ?? []).compactMap(\.string))
      try reader.finish()
      try await replenishment.save(supplier, by: "vitrine")
    }
  }
}
