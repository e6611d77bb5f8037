public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: VirtualCategoryWriter {
  public func browseRules(in currency: Currency) async throws -> BrowseRules {
    try await reaching {
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
        var rules = BrowseRules()
        for row in try await connection.query(
          """
          SELECT slug, name, summary, filters, default_order::text AS default_order, first_facets
          FROM merchandising.virtual_category ORDER BY position, name, id
          """)
        {
          do {
            rules.virtualCategories.append(try VirtualCategory(row, currency: currency))
          } catch let error as InvalidInput {
            rules.unreadable.append(UnreadableRule(slug: try row.decode("slug"), reason: error.reason))
          }
        }
        for row in try await connection.query(
          "SELECT category_id, default_order::text AS default_order FROM merchandising.category_order")
        {
          rules.defaultSorts[try row.decode("category_id")] = SearchSort(rawValue: try row.decode("default_order"))
        }
        for row in try await connection.query(
          """
          SELECT category_id, code, said.position FROM catalog.category_attribute AS said
          JOIN catalog.attribute ON attribute.id = attribute_id WHERE said.position IS NOT NULL
          """)
        {
          let (category, code): (CategoryID, String) = (try row.decode("category_id"), try row.decode("code"))
          rules.facetPositions[category, default: [:]][code] = try row.decode("position")
        }
        return rules
      }
    }
  }

  public func put(_ categories: [VirtualCategory], in currency: Currency) async throws {
    try await reaching {
      try await pool.withTransaction { connection in
        for category in categories {
          _ = try await connection.execute(
            """
            INSERT INTO merchandising.virtual_category
              (slug, name, summary, filters, default_order, first_facets, position)
            VALUES (\(category.slug), \(category.name), \(category.summary),
              \(category.texts(currency: currency)),
              \(category.defaultSort.rawValue), \(category.firstFacets),
              (SELECT coalesce(max(position) + 1, 0) FROM merchandising.virtual_category))
            ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name, summary = EXCLUDED.summary,
              filters = EXCLUDED.filters, default_order = EXCLUDED.default_order, first_facets = EXCLUDED.first_facets
            """)
        }
      }
    }
  }

  public func brandNames() async throws -> [String] {
    try await reaching {
      try await pool.query("SELECT name FROM catalog.brand ORDER BY name").map { try $0.decode(at: 0) }
    }
  }
}

extension VirtualCategory {
  fileprivate init(_ row: PostgresRow, currency: Currency) throws {
    self.init(
      slug: try row.decode("slug"), name: try row.decode("name"), summary: try row.decode("summary"),
      conditions: try Self.conditions(reading: try row.decode("filters"), currency: currency),
      defaultSort: SearchSort(rawValue: try row.decode("default_order")) ?? .relevance,
      firstFacets: try row.decode("first_facets"))
  }
}
