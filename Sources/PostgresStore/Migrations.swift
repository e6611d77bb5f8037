public import PostgresClient

extension Migration {
  /// The shop's schema, in order.
  ///
  /// The files in `Migrations/` are compiled into the program (`.embedInCode` in Package.swift), so that it can be
  /// moved without a folder beside it. SwiftPM makes a constant of each, whose name is the file's with a leading
  /// digit and the dot as underscores: `0002_catalog.sql` is `_002_catalog_sql`. Add a line for each new file; a test
  /// compares this list with the folder. A file that has been on main is never changed: write the next one.
  public static let all: [Migration] = [
    Migration(number: 1, name: "schemas", embedded: PackageResources._001_schemas_sql),
    Migration(number: 2, name: "catalog", embedded: PackageResources._002_catalog_sql),
    Migration(number: 3, name: "indexing", embedded: PackageResources._003_indexing_sql),
    Migration(number: 4, name: "index_lifecycle", embedded: PackageResources._004_index_lifecycle_sql),
    Migration(number: 5, name: "price_of_variant", embedded: PackageResources._005_price_of_variant_sql),
    Migration(number: 6, name: "virtual_categories", embedded: PackageResources._006_virtual_categories_sql),
    Migration(number: 7, name: "query_log", embedded: PackageResources._007_query_log_sql),
    Migration(
      number: 8, name: "commits_are_not_notified", embedded: PackageResources._008_commits_are_not_notified_sql),
    Migration(number: 9, name: "plans_for_long_lines", embedded: PackageResources._009_plans_for_long_lines_sql),
    Migration(number: 10, name: "limits", embedded: PackageResources._010_limits_sql),
    Migration(
      number: 11, name: "networks_of_searches", embedded: PackageResources._011_networks_of_searches_sql),
    Migration(number: 12, name: "behaviour", embedded: PackageResources._012_behaviour_sql),
    Migration(number: 13, name: "jobs", embedded: PackageResources._013_jobs_sql),
    Migration(number: 14, name: "models", embedded: PackageResources._014_models_sql),
    Migration(number: 15, name: "erasures", embedded: PackageResources._015_erasures_sql),
    Migration(
      number: 16, name: "rights_robots_rollbacks",
      embedded: PackageResources._016_rights_robots_rollbacks_sql),
    Migration(number: 17, name: "ranking", embedded: PackageResources._017_ranking_sql),
    Migration(number: 18, name: "accounts", embedded: PackageResources._018_accounts_sql),
    Migration(number: 19, name: "merchandising", embedded: PackageResources._019_merchandising_sql),
    Migration(number: 20, name: "price_desk", embedded: PackageResources._020_price_desk_sql),
    Migration(number: 21, name: "replenishment", embedded: PackageResources._021_replenishment_sql),
    Migration(number: 22, name: "rule_drafts", embedded: PackageResources._022_rule_drafts_sql),
    Migration(number: 23, name: "rule_schedules", embedded: PackageResources._023_rule_schedules_sql),
    Migration(number: 24, name: "experiments", embedded: PackageResources._024_experiments_sql),
    Migration(number: 25, name: "reporting", embedded: PackageResources._025_reporting_sql),
    Migration(number: 26, name: "customers", embedded: PackageResources._026_customers_sql),
  ]

  private init(number: Int, name: String, embedded bytes: [UInt8]) {
    self.init(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self))
  }
}

extension Migrator {
  /// Carries a database to the schema that this program needs.
  public static let shop = Migrator(Migration.all)
}
