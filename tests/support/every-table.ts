type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/**
 * The tables, of all schemas but Postgres's own, in which one of these words is: in any column, as text. Bytes are looked
 * through as well, where a word is written as UTF-8.
 */
export async function tablesWith(query: Query, words: string[]): Promise<Record<string, number>> {
  const tables = await query<{ name: string; columns: string }>(`
    select format('%I.%I', t.table_schema, t.table_name) as name,
      string_agg(format(case when c.data_type = 'bytea' then $$encode(%I, 'escape')$$ else '%I::text' end, c.column_name), ', ')
        as columns
    from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema')
    group by 1`);
  const found: Record<string, number> = {};
  for (const { name, columns } of tables) {
    const rows = await query<{ count: number }>(
      `select count(*)::int as count from ${name}
       where exists (select from unnest($1::text[]) word where strpos(concat_ws(chr(10), ${columns}), word) > 0)`,
      [words],
    );
    if (rows[0] && rows[0].count > 0) found[name] = rows[0].count;
  }
  return found;
}
