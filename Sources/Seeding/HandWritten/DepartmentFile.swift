import Catalog
import JSON

/// A file such as `fashion.json`: the groups of one department, and their products, one on each line.
struct DepartmentFile {
  let shop: ShopFile
  let department: String
  let groups: [JSONValue]
  let file: String

  init(_ json: JSONValue, shop: ShopFile, file: String) throws(SeedError) {
    guard let department = json["department"]?.string, let groups = json["groups"]?.array else {
      throw SeedError(file, "`department` or `groups` is missing; see docs/reference/seeds.md")
    }
    self.shop = shop
    self.department = department
    self.groups = groups
    self.file = file
  }

  func records() throws(SeedError) -> [ProductRecord] {
    var records: [ProductRecord] = []
    for group in groups {
      let path = (group["path"]?.array ?? []).compactMap(\.string)
      guard path.count == 2, let products = group["products"]?.array else {
        throw SeedError(file, "a group needs a `path` of two names below the department, and `products`")
      }
      for product in products {
        records.append(try HandWrittenProduct(product, group: group, path: [department] + path, file: self).record())
      }
    }
    return records
  }
}
