public import Catalog
import Foundation
import JSON

extension Seeding {
  /// The hand-written catalog in `directory` (`Seeds/catalog`), file by file, sorted by name.
  ///
  /// Throws a `SeedError` that names the file and the product if something cannot be read, has the wrong type or is
  /// repeated.
  public static func handWrittenCatalog(directory: String) throws(SeedError) -> [ProductRecord] {
    let shopPath = directory + "/shop.json"
    let shop = try ShopFile(try json(at: shopPath), file: shopPath)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw SeedError(directory, "the folder cannot be listed; give the path of Seeds/catalog")
    }
    var records: [ProductRecord] = []
    for name in names.sorted() where name.hasSuffix(".json") && name != "shop.json" {
      let path = directory + "/" + name
      records += try DepartmentFile(try json(at: path), shop: shop, file: path).records()
    }
    try checkUnique(records)
    return records
  }

  /// The virtual categories of the hand-written catalog in `directory`, in their order.
  public static func virtualCategories(
    directory: String, currency: Currency = .gbp
  ) throws(SeedError) -> [VirtualCategory] {
    let path = directory + "/shop.json"
    var categories: [VirtualCategory] = []
    for entry in try json(at: path)["virtual_categories"]?.array ?? [] {
      guard let slug = entry["slug"]?.string, let name = entry["name"]?.string,
        let filters = entry["filters"]?.array?.compactMap(\.string), !filters.isEmpty
      else {
        throw SeedError(path, "a virtual category needs `slug`, `name` and `filters`")
      }
      guard let sort = SearchSort(rawValue: entry["order"]?.string ?? "relevance") else {
        throw SeedError(path, "virtual category \(slug): `order` is none of those that `sort=` takes")
      }
      do {
        categories.append(
          VirtualCategory(
            slug: slug, name: name, summary: entry["summary"]?.string ?? "",
            conditions: try VirtualCategory.conditions(reading: filters, currency: currency), defaultSort: sort,
            firstFacets: (entry["facets"]?.array ?? []).compactMap(\.string)))
      } catch {
        throw SeedError(path, "virtual category \(slug): \(error)")
      }
    }
    return categories
  }

  private static func json(at path: String) throws(SeedError) -> JSONValue {
    do {
      return try JSONValue(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    } catch {
      throw SeedError(path, "it cannot be read: \(error)")
    }
  }

  private static func checkUnique(_ records: [ProductRecord]) throws(SeedError) {
    var codes: Set<String> = []
    var skus: Set<SKU> = []
    var gtins: Set<String> = []
    for record in records {
      guard codes.insert(record.code).inserted else {
        throw SeedError("product \(record.code)", "its code stands in the catalog twice; change one")
      }
      for variant in record.variants {
        guard skus.insert(variant.sku).inserted else {
          throw SeedError("variant \(variant.sku)", "its SKU stands in the catalog twice; change one option's name")
        }
        if let gtin = variant.gtin, !gtins.insert(gtin).inserted {
          throw SeedError("variant \(variant.sku)", "its GTIN \(gtin) is another's too; change the product's code")
        }
      }
    }
  }
}
