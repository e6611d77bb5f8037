import Catalog
import Indexer
import Ports
import PostgresStore
import RedisStore
import SearchDSL
import StorefrontAPI

/// The readiness of the parts that every process of the shop stands on.
struct Operations {
  let shop: Shop

  /// How far the index may be behind before operators are told: beyond what an import's transaction holds it up.
  private static let staleSeconds = 60.0

  /// The checks of a process that serves pages. Search continues without Postgres (`docs/explain/architecture.md`, the
  /// table of fallbacks).
  var servingChecks: [ReadinessCheck] {
    [search, postgres(isRequired: false), freshness, warmth] + redis + shop.capabilities.flatMap(\.checks)
  }

  /// The checks of a process that carries changes and serves no pages.
  var syncChecks: [ReadinessCheck] { [search, postgres(isRequired: true), freshness] }

  /// The checks of a process that runs jobs alone.
  var workChecks: [ReadinessCheck] { [postgres(isRequired: true)] }

  private var search: ReadinessCheck {
    let (engine, alias) = (shop.engine, shop.indexAlias)
    return .init(name: "search", isRequired: true) {
      (try? await engine.count(.matchNone, in: alias, deadline: .now + .seconds(1))) != nil
    }
  }

  private func postgres(isRequired: Bool) -> ReadinessCheck {
    .init(name: "postgres", isRequired: isRequired) { [catalog = shop.catalog] in
      (try? await catalog.captureCursor()) != nil
    }
  }

  /// Searches go on with an index that is behind, and somebody must look why: an open transaction, of whatever database on
  /// the server, holds back all that was committed since it began.
  private var freshness: ReadinessCheck {
    let (catalog, ledger, clock, alias) = (shop.catalog, shop.ledger, shop.clock, shop.indexAlias)
    return .init(name: "freshness", isRequired: false, faultWord: "stale") {
      do {
        let cursor = try await ledger.liveGeneration(of: alias).cursor
        guard let oldest = try await catalog.outboxLag(after: cursor, limit: 1).oldest else { return true }
        let age = (Double(clock.now().microsecondsSinceEpoch) - Double(oldest.microsecondsSinceEpoch)) / 1e6
        return age < Self.staleSeconds
      } catch {
        return false  // Without the database nothing new is carried.
      }
    }
  }

  private var warmth: ReadinessCheck {
    .init(name: "warm_up", isRequired: true, faultWord: "warming") { [warmth = shop.warmth] in warmth.isWarm }
  }

  private var redis: [ReadinessCheck] {
    guard let redis = shop.redis else { return [] }
    return [.init(name: "redis", isRequired: false) { (try? await redis.ping()) != nil }]
  }
}
