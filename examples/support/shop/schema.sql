-- All money in cents. A revision goes up by one with every change of its order.
CREATE TABLE customers (
    customer_id TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL UNIQUE COLLATE NOCASE,
    address     TEXT NOT NULL,
    postcode    TEXT NOT NULL
);
CREATE TABLE gift_cards (
    payment_method TEXT PRIMARY KEY,
    customer_id    TEXT NOT NULL REFERENCES customers,
    balance        INTEGER NOT NULL
);
CREATE TABLE products (
    product_id TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    category   TEXT NOT NULL,
    returnable INTEGER NOT NULL,
    about      TEXT NOT NULL
);
CREATE TABLE variants (
    variant_id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products,
    option     TEXT NOT NULL,
    price      INTEGER NOT NULL,
    stock      INTEGER NOT NULL
);
CREATE TABLE reviews (
    product_id TEXT NOT NULL REFERENCES products,
    text       TEXT NOT NULL
);
CREATE TABLE orders (
    order_id       TEXT PRIMARY KEY,
    customer_id    TEXT NOT NULL REFERENCES customers,
    status         TEXT NOT NULL,
    placed         TEXT NOT NULL,
    delivered      TEXT,
    address        TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    paid           INTEGER NOT NULL,
    refunded       INTEGER NOT NULL DEFAULT 0,
    request        TEXT NOT NULL DEFAULT '',
    revision       INTEGER NOT NULL DEFAULT 1,
    note           TEXT NOT NULL DEFAULT ''
);
CREATE TABLE items (
    item_id    TEXT PRIMARY KEY,
    order_id   TEXT NOT NULL REFERENCES orders,
    variant_id TEXT NOT NULL REFERENCES variants,
    quantity   INTEGER NOT NULL,
    price      INTEGER NOT NULL,
    state      TEXT NOT NULL DEFAULT ''
);
CREATE TABLE payouts (
    payout_id      TEXT PRIMARY KEY,
    order_id       TEXT NOT NULL REFERENCES orders,
    payment_method TEXT NOT NULL,
    amount         INTEGER NOT NULL,
    made_by        TEXT NOT NULL
);
CREATE TABLE tickets (
    ticket_id INTEGER PRIMARY KEY,
    note      TEXT NOT NULL
);
CREATE TABLE policy (
    section TEXT NOT NULL,
    text    TEXT NOT NULL
);
-- The ledger: every change that was made, under the key of whoever wanted it.
CREATE TABLE effects (
    key     TEXT PRIMARY KEY,
    action  TEXT NOT NULL,
    content TEXT NOT NULL,
    answer  TEXT NOT NULL
);
CREATE INDEX orders_of ON orders (customer_id);
CREATE INDEX items_of ON items (order_id);
CREATE INDEX variants_of ON variants (product_id);
CREATE INDEX reviews_of ON reviews (product_id);
CREATE INDEX payouts_of ON payouts (order_id);
