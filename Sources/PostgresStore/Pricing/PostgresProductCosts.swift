public import Catalog
public import Ports
public import PostgresClient

/// The costs of variants to the shop, in the schema `pricing`.
public struct PostgresProductCosts: ProductCosts {
  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  public func costs(of products: [ProductID]) async throws -> [VariantID: Money] {
    try await pool.reaching {
      let rows = try await pool.query(
        """
        SELECT variant_id, amount_minor_units, currency::text AS currency FROM pricing.cost
        JOIN catalog.variant ON variant.id = variant_id WHERE product_id = ANY (\(products))
        """)
      return try rows.reduce(into: [:]) { costs, row in
        guard let currency = Currency(code: try row.decode("currency")) else { return }
        let variant: VariantID = try row.decode("variant_id")
        costs[variant] = Money(minorUnits: try row.decode("amount_minor_units"), currency: currency)
      }
    }
  }
}
