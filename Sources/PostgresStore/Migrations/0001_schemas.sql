-- One schema for each owner (DESIGN.md, Postgres).
CREATE SCHEMA catalog;
CREATE SCHEMA inventory;
CREATE SCHEMA pricing;
CREATE SCHEMA merchandising;
CREATE SCHEMA behaviour;
CREATE SCHEMA commerce;
CREATE SCHEMA analytics;
CREATE SCHEMA indexing;
CREATE SCHEMA jobs;
