"""The database of the demo's shop: invented orders, services and refund rules."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

ORDERS = (
    ("ORD-048213", "EU", "Marlene Vogt", "Aalto desk lamp", "delivered", "2026-03-09", 129.0, "EUR"),
    ("ORD-048377", "US", "Calvin Brooks", "Harbor floor lamp", "delivered", "2026-01-14", 184.5, "USD"),
    (
        "ORD-048402",
        "EU",
        "Ines Carvalho",
        "Fjord pendant, set of three",
        "delivered",
        "2026-03-06",
        412.0,
        "EUR",
    ),
    ("ORD-048519", "APAC", "Haruto Mori", "Lantern night light", "in transit", None, 5400.0, "JPY"),
    ("ORD-048644", "US", "Dana Whitfield", "Beacon reading lamp", "delivered", "2026-03-02", 79.9, "USD"),
    ("ORD-048901", "EU", "Jonas Lindqvist", "Skerry wall lamp", "packing", None, 96.0, "EUR"),
    ("ORD-049020", "APAC", "Priya Raman", "Monsoon outdoor lamp", "delivered", "2026-02-27", 11800.0, "JPY"),
)
SERVICES = (
    ("order system", "operational"),
    ("payments", "operational"),
    ("warehouse", "degraded since 06:40"),
)
POLICIES = tuple(
    (reason, region, days, 250.0)
    for reason, windows in {
        "damaged": {"Europe": 30, "United States": 30, "Asia-Pacific": 14},
        "late": {"Europe": 14, "United States": 10, "Asia-Pacific": 10},
        "changed_mind": {"Europe": 14, "United States": 14, "Asia-Pacific": 7},
    }.items()
    for region, days in windows.items()
)

_SCHEMA = """
CREATE TABLE orders (order_id TEXT PRIMARY KEY, region TEXT NOT NULL, customer TEXT NOT NULL, item TEXT NOT NULL,
    status TEXT NOT NULL, delivered_on TEXT, amount REAL NOT NULL, currency TEXT NOT NULL);
CREATE TABLE services (name TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE policies (reason TEXT NOT NULL, region TEXT NOT NULL, window_days INTEGER NOT NULL,
    approval_above REAL NOT NULL, PRIMARY KEY (reason, region));
"""


def write(path: Path) -> None:
    """Make the database anew."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size = 1024")
        connection.executescript(_SCHEMA)
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ORDERS)
        connection.executemany("INSERT INTO services VALUES (?, ?)", SERVICES)
        connection.executemany("INSERT INTO policies VALUES (?, ?, ?, ?)", POLICIES)
        connection.commit()
        connection.execute("VACUUM")
