-- Narrows the columns of :table, all text, to the first of these types that holds each of their values.
CREATE FUNCTION pg_temp.type_of(tab regclass, col name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  candidate record;
  fits boolean;
BEGIN
  FOR candidate IN SELECT * FROM (VALUES
      ('integer', '[+-]?(0|[1-9]\d*)'),
      ('bigint', '[+-]?(0|[1-9]\d*)'),
      ('numeric', '[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?'),
      ('boolean', '[tT]rue|TRUE|[fF]alse|FALSE'),
      ('date', '\d{4}-\d\d-\d\d'),
      ('timestamp', '\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?'),
      ('timestamptz', '\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)')
    ) AS candidates (type, pattern)
  LOOP
    BEGIN
      -- CASE: only a value of the right form is converted; that may still fail (99999999999, 2024-02-30)
      EXECUTE format('SELECT bool_and(CASE WHEN %1$I ~ %2$L THEN %1$I::%3$s IS NOT NULL ELSE %1$I IS NULL END)'
        ' AND count(%1$I) > 0 FROM %4$s', col, '^(' || candidate.pattern || ')$', candidate.type, tab) INTO fits;
      IF fits THEN
        RETURN candidate.type;
      END IF;
    EXCEPTION WHEN data_exception THEN
      NULL;
    END;
  END LOOP;
  RETURN 'text';
END
$$;

SELECT format('ALTER TABLE %s ', attrelid::regclass)
  || string_agg(format('ALTER %1$I TYPE %2$s USING %1$I::%2$s', attname, pg_temp.type_of(attrelid, attname)), ', ')
FROM pg_attribute WHERE attrelid = :'table'::regclass AND attnum > 0 GROUP BY attrelid \gexec
ANALYZE :table;
