CREATE TABLE lot (
    number VARCHAR(16) NOT NULL,
    name VARCHAR(60) NOT NULL,
    district VARCHAR(20) NOT NULL,
    village VARCHAR(20) NOT NULL,
    address VARCHAR(120) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    sells VARCHAR(8) DEFAULT 'both' NOT NULL,
    on_shelf BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_lot PRIMARY KEY (number),
    CONSTRAINT ck_lot_sells CHECK (sells IN ('online','counter','both')),
    CONSTRAINT ck_lot_position CHECK ((latitude IS NULL) = (longitude IS NULL))
);

CREATE TABLE lot_plan (
    lot VARCHAR(16) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    pass_type VARCHAR(16) NOT NULL,
    code VARCHAR(16) NOT NULL,
    name VARCHAR(40) NOT NULL,
    price INTEGER NOT NULL,
    pool VARCHAR(8) DEFAULT 'G' NOT NULL,
    villages TEXT[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT pk_lot_plan PRIMARY KEY (lot, kind, pass_type, code),
    CONSTRAINT ck_lot_plan_price CHECK (price > 0),
    CONSTRAINT fk_lot_plan_lot_lot FOREIGN KEY(lot) REFERENCES lot (number)
);

CREATE TABLE pass_round (
    id UUID NOT NULL,
    draw_id VARCHAR(64) NOT NULL,
    lot VARCHAR(16) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    pass_type VARCHAR(16) NOT NULL,
    month VARCHAR(7) NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
    draw_at TIMESTAMP WITH TIME ZONE NOT NULL,
    pay_by TIMESTAMP WITH TIME ZONE NOT NULL,
    steps VARCHAR(200) NOT NULL,
    waitlist INTEGER,
    source VARCHAR(13) DEFAULT 'drand' NOT NULL,
    registration_limit SMALLINT NOT NULL,
    on_shelf BOOLEAN DEFAULT true NOT NULL,
    phase VARCHAR(10) DEFAULT 'open' NOT NULL,
    clock_shift INTERVAL DEFAULT '0'::interval NOT NULL,
    logged BIGINT DEFAULT 0 NOT NULL,
    frozen_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_pass_round PRIMARY KEY (id),
    CONSTRAINT ck_pass_round_phase CHECK (phase IN ('open','frozen','announced','drawn','published','void')),
    CONSTRAINT ck_pass_round_times CHECK (opens_at < closes_at AND closes_at <= draw_at - interval '10 minutes' AND draw_at < pay_by),
    CONSTRAINT ck_pass_round_only_rehearsals_shift_their_clock CHECK (clock_shift = interval '0' OR draw_id LIKE 'TEST/%'),
    CONSTRAINT ck_pass_round_source CHECK (source IN ('drand','witness','drand+witness')),
    CONSTRAINT ck_pass_round_limits CHECK (registration_limit > 0 AND waitlist >= 0),
    CONSTRAINT fk_pass_round_lot_lot FOREIGN KEY(lot) REFERENCES lot (number)
);
CREATE INDEX ix_pass_round_phase ON pass_round (phase);
CREATE UNIQUE INDEX uq_pass_round_draw_id ON pass_round (draw_id);
CREATE UNIQUE INDEX uq_pass_round_month ON pass_round (lot, kind, pass_type, month) WHERE draw_id NOT LIKE 'TEST/%' AND phase <> 'void';

CREATE TABLE pass_entry (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    entry_no VARCHAR(32) NOT NULL,
    log_index BIGINT NOT NULL,
    commitment VARCHAR(64) NOT NULL,
    salt BYTEA,
    pool VARCHAR(8) NOT NULL,
    plan VARCHAR(16) NOT NULL,
    plate VARCHAR(12) NOT NULL,
    compact VARCHAR(12) NOT NULL,
    holder BYTEA,
    holder_hash BYTEA,
    name BYTEA,
    landline BYTEA,
    channel VARCHAR(64),
    citizen VARCHAR(64),
    preference BIGINT NOT NULL,
    state VARCHAR(12) DEFAULT 'live' NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_pass_entry PRIMARY KEY (id),
    CONSTRAINT ck_pass_entry_state CHECK (state IN ('live','WITHDRAWN','CHANGED','PLATE-TWICE','OVER-LIMIT','INELIGIBLE','BOUGHT-FIRST','LEFT')),
    CONSTRAINT ck_pass_entry_citizen CHECK ((channel IS NULL) = (citizen IS NULL)),
    CONSTRAINT fk_pass_entry_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id)
);
CREATE INDEX ix_pass_entry_citizen ON pass_entry (channel, citizen) WHERE citizen IS NOT NULL;
CREATE INDEX ix_pass_entry_compact ON pass_entry (compact);
CREATE INDEX ix_pass_entry_holder_hash ON pass_entry (holder_hash);
CREATE UNIQUE INDEX uq_pass_entry_commitment ON pass_entry (commitment);
CREATE UNIQUE INDEX uq_pass_entry_entry_no ON pass_entry (round_id, entry_no);
CREATE UNIQUE INDEX uq_pass_entry_live_plate ON pass_entry (round_id, compact) WHERE state = 'live';
CREATE UNIQUE INDEX uq_pass_entry_log_index ON pass_entry (round_id, log_index);

CREATE TABLE priority_window (
    round_id UUID NOT NULL,
    category VARCHAR(16) NOT NULL,
    name VARCHAR(40) NOT NULL,
    opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
    places INTEGER NOT NULL,
    sold INTEGER DEFAULT 0 NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_priority_window PRIMARY KEY (round_id, category),
    CONSTRAINT ck_priority_window_places CHECK (opens_at < closes_at AND places >= 0 AND sold BETWEEN 0 AND places),
    CONSTRAINT fk_priority_window_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id)
);

CREATE TABLE office_day (
    day DATE NOT NULL,
    works BOOLEAN NOT NULL,
    name VARCHAR(40) NOT NULL,
    CONSTRAINT pk_office_day PRIMARY KEY (day)
);

CREATE TABLE draw_file (
    draw_id VARCHAR(64) NOT NULL,
    name VARCHAR(16) NOT NULL,
    content BYTEA NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_draw_file PRIMARY KEY (draw_id, name),
    CONSTRAINT ck_draw_file_name CHECK (name IN ('list.tsv','removed.tsv','announce.txt','transcript.txt','result.tsv'))
);

CREATE TABLE draw_publication (
    draw_id VARCHAR(64) NOT NULL,
    name VARCHAR(16) NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_draw_publication PRIMARY KEY (draw_id, name)
);

CREATE TABLE draw_verifier (
    sha256 VARCHAR(64) NOT NULL,
    script BYTEA NOT NULL,
    bound_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_draw_verifier PRIMARY KEY (sha256)
);

CREATE TABLE draw_log_root (
    round_id UUID NOT NULL,
    day DATE NOT NULL,
    count BIGINT NOT NULL,
    root VARCHAR(64) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_draw_log_root PRIMARY KEY (round_id, day),
    CONSTRAINT fk_draw_log_root_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id)
);

CREATE TABLE draw_rank (
    entry_id UUID NOT NULL,
    round_id UUID NOT NULL,
    rank INTEGER NOT NULL,
    status VARCHAR(1) NOT NULL,
    no INTEGER NOT NULL,
    place VARCHAR(8) NOT NULL,
    CONSTRAINT pk_draw_rank PRIMARY KEY (entry_id),
    CONSTRAINT ck_draw_rank_status CHECK (status IN ('W','B','X')),
    CONSTRAINT fk_draw_rank_entry_id_pass_entry FOREIGN KEY(entry_id) REFERENCES pass_entry (id),
    CONSTRAINT fk_draw_rank_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id)
);
CREATE UNIQUE INDEX uq_draw_rank_no ON draw_rank (round_id, status, no) WHERE status <> 'X';
CREATE UNIQUE INDEX uq_draw_rank_rank ON draw_rank (round_id, rank);

CREATE TABLE pass_seat (
    round_id UUID NOT NULL,
    no INTEGER NOT NULL,
    place VARCHAR(8) NOT NULL,
    state VARCHAR(8) NOT NULL,
    entry_id UUID,
    pay_by TIMESTAMP WITH TIME ZONE,
    vacated VARCHAR(12),
    reason VARCHAR(10),
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_pass_seat PRIMARY KEY (round_id, no),
    CONSTRAINT ck_pass_seat_state CHECK (state IN ('vacant','offered','paid')),
    CONSTRAINT ck_pass_seat_who CHECK ((state = 'vacant') = (entry_id IS NULL)),
    CONSTRAINT ck_pass_seat_deadline CHECK ((state = 'offered') = (pay_by IS NOT NULL)),
    CONSTRAINT ck_pass_seat_vacated CHECK ((vacated IS NULL) = (reason IS NULL) AND (vacated IS NULL OR state = 'vacant')),
    CONSTRAINT fk_pass_seat_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id),
    CONSTRAINT fk_pass_seat_entry_id_pass_entry FOREIGN KEY(entry_id) REFERENCES pass_entry (id)
);
CREATE INDEX ix_pass_seat_pay_by ON pass_seat (pay_by) WHERE state = 'offered';
CREATE UNIQUE INDEX uq_pass_seat_entry_id ON pass_seat (entry_id);

CREATE TABLE promotion (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    round_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    vacated VARCHAR(12) NOT NULL,
    reason VARCHAR(10) NOT NULL,
    promoted INTEGER,
    CONSTRAINT pk_promotion PRIMARY KEY (id),
    CONSTRAINT ck_promotion_reason CHECK (reason IN ('UNPAID','VOID','GIVEN-UP','OTHER-LOT','REFUNDED')),
    CONSTRAINT fk_promotion_round_id_pass_round FOREIGN KEY(round_id) REFERENCES pass_round (id)
);
CREATE INDEX ix_promotion_round_id ON promotion (round_id, id);

CREATE TABLE draw_recipient (
    email VARCHAR(254) NOT NULL,
    body VARCHAR(40) NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_draw_recipient PRIMARY KEY (email)
);


-- Rules of the draw that hold whoever writes: a program of ours, a colleague's, or a person with a database client.

CREATE FUNCTION parkline_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_file
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_publication
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_verifier
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_log_root
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_rank
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON promotion
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();

CREATE FUNCTION parkline_no_rehearsal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.draw_id LIKE 'TEST/%' THEN
        RAISE EXCEPTION 'a rehearsal is never published' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER no_rehearsal BEFORE INSERT ON draw_publication
    FOR EACH ROW EXECUTE FUNCTION parkline_no_rehearsal();

CREATE FUNCTION parkline_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    phase_now text;
    forgettable text[] := ARRAY['salt', 'holder', 'holder_hash', 'name', 'landline', 'channel', 'citizen'];
BEGIN
    SELECT phase INTO phase_now FROM pass_round WHERE id = coalesce(NEW.round_id, OLD.round_id);
    IF phase_now <> 'open' AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - forgettable <> to_jsonb(OLD) - forgettable) THEN
        RAISE EXCEPTION 'the list of this round is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.commitment, NEW.entry_no, NEW.log_index, NEW.round_id)
        IS DISTINCT FROM (OLD.commitment, OLD.entry_no, OLD.log_index, OLD.round_id) THEN
        RAISE EXCEPTION 'an entry stays what was committed to' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON pass_entry
    FOR EACH ROW EXECUTE FUNCTION parkline_entry_guard();

CREATE FUNCTION parkline_round_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    movable text[] := ARRAY['phase', 'pay_by', 'on_shelf', 'clock_shift'];
BEGIN
    IF OLD.phase NOT IN ('open', 'frozen') AND to_jsonb(NEW) - movable <> to_jsonb(OLD) - movable THEN
        RAISE EXCEPTION 'this round is announced' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF array_position(ARRAY['open', 'frozen', 'announced', 'drawn', 'published', 'void'], NEW.phase::text)
        < array_position(ARRAY['open', 'frozen', 'announced', 'drawn', 'published', 'void'], OLD.phase::text) THEN
        RAISE EXCEPTION 'a round goes forward only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.draw_id, NEW.lot, NEW.kind, NEW.pass_type, NEW.month)
        IS DISTINCT FROM (OLD.draw_id, OLD.lot, OLD.kind, OLD.pass_type, OLD.month) THEN
        RAISE EXCEPTION 'a round stays what it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER announced BEFORE UPDATE ON pass_round FOR EACH ROW EXECUTE FUNCTION parkline_round_guard();
