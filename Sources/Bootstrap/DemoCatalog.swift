import Catalog
import Edge
import HTTPServer
package import Ports
import Seeding

/// The hand-written demo products, their pictures, and the demo shop's lists beside its tree.
package enum DemoCatalog {
  package static let source = "seed"
  private static let batch = 500

  package static func load(into catalog: any CatalogWriter & VirtualCategoryWriter) async throws -> ImportOutcome {
    let directory = try ProjectFolder.find() + "/Seeds/catalog"
    let records = try Seeding.handWrittenCatalog(directory: directory)
    var total = ImportOutcome()
    for start in stride(from: 0, to: records.count, by: batch) {
      let slice = Array(records[start..<min(start + batch, records.count)])
      total.add(try await catalog.upsert(slice, source: source), at: start)
    }
    let currency = Currency.gbp  // Its files name their prices in pounds.
    try await catalog.put(try Seeding.virtualCategories(directory: directory, currency: currency), in: currency)
    return total
  }
}

extension Capability {
  /// `/pictures/NAME.svg`, drawn on request.
  @Sendable static func pictures(_ shop: Shop) -> Capability {
    Capability(
      "pictures",
      routes: { routes in
        routes.get("/pictures/{name}", Route(access: .everyone, name: "picture", rate: .free, isImmediate: true)) {
          request in
          let name = request.pathParameters["name"] ?? ""
          guard name.hasSuffix(".svg"), let svg = Seeding.picture(named: String(name.dropLast(4))) else {
            throw Problem(ServerProblem.notFound, detail: "There is no such picture.")
          }
          var response = HTTPResponse.bytes(Array(svg.utf8), contentType: "image/svg+xml")
          response.headers["Cache-Control"] = "public, max-age=86400"
          return response
        }
      })
  }
}
