import { Option } from 'commander';
import * as v from 'valibot';
import { reportSource } from '../../lib/database/queries/report-source.ts';
import { type ReportFormat, type ReportName, reportFormats, reportNames } from '../../lib/inventory/report.ts';
import { type ReportParameters, reportParameters, reportQueries } from '../../lib/parameters/report-parameters.ts';
import { writeReport } from '../../lib/reports/write-report.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { changeRange, readAccepted, withDatabase } from '../inventory/open-inventory.ts';
import { optionName, parseArgument, parseOptions } from '../parse-options.ts';
import { addFilterOptions } from '../shared-options.ts';
import { UsageError } from '../usage-error.ts';
import { writeFile } from '../write-file.ts';

const names = v.picklist(reportNames, reportNames.join(', '));

export const define: DefineCommand = (command, run) => {
  command
    .argument('[name]', reportNames.join(', '), 'virtualMachines')
    .addOption(
      new Option('--format <format>', 'format of the report (default: the extension of --out, otherwise csv)').choices(
        reportFormats,
      ),
    )
    .option('--out <file>', 'write the report to this file (default: standard output)')
    .option('--as-of <run|time>', 'the state after this run, or at this time (not for changes)');
  addFilterOptions(
    command,
    'machines with this text in the name, the resource group or the id; principals: see principals --help',
  );
  command
    .option('--state <state>', 'principals in this state')
    .optionsGroup('Changes:')
    .option('--from <run|time>', 'changes after this run or time (default: the run before --to)')
    .option('--to <run|time>', 'changes up to and including this run or time (default: the newest run)')
    .option('--kind <kind>', 'changes of this kind; or principals: SystemAssigned, UserAssigned')
    .option(
      '--resource-id <id>',
      'changes of this machine, identity, role assignment or subscription; or findings on it',
    )
    .option('--caller <caller>', 'changes caused by this user, application or managed identity')
    .optionsGroup('Findings:')
    .option('--rule <name>', 'findings of this rule')
    .option('--severity <severity>', 'high, medium or low')
    .action((name: string, options: Options) => run(command, report(name, options)));
  examples(command, [
    ['report --out machines.xlsx', 'a workbook with machines, principals, changes, findings and coverage'],
    ['report findings --severity high --format md', 'the high findings as Markdown'],
    ['report changes --from 2026-11-01 --out november.html', 'one HTML file with charts'],
    ['report principals --format ndjson', 'one JSON document per line'],
  ]);
};

function report(given: string, options: Options): Action {
  return async (context) => {
    const name = parseArgument('NAME', names, given);
    const format = formatOf(options);
    const out = typeof options.out === 'string' ? options.out : null;
    const { query, output } = context.options;
    if (output !== null && output !== format) {
      const formats = reportFormats.join(', ');
      throw new UsageError('InvalidOption', `--output is '${output}'; for a report, use --format: ${formats}`);
    }
    if (query !== null) {
      const others = 'list, principals, changes or findings';
      throw new UsageError('InvalidOption', `report has no --query; use it with ${others}`);
    }
    if (out === '') throw new UsageError('InvalidOption', "--out is ''; allowed: the path of a file");
    if (out === null && format === 'xlsx') throw new UsageError('InvalidOption', '--format xlsx needs --out FILE');
    const parameters = parametersOf(name, options);
    const findings = name === 'findings' || format === 'xlsx' ? await readAccepted(context) : [];
    return withDatabase(context, async ({ database, damaged }) => {
      const range = changeRange(database, parameters.from, parameters.to);
      const accepted = { findings, now: Date.now() };
      const source = reportSource(database, {
        report: parameters.report,
        range,
        accepted,
        whole: format === 'xlsx',
        damaged,
      });
      const pieces = await writeReport(source, format);
      if (out === null) await context.writePieces(pieces);
      else await writeFile(out, pieces, context.signal);
      if (source.complete) return exitCodes.complete;
      const inventory = { database, asOf: range.to, damaged };
      return reportCompleteness(context.messages, inventory, source.kinds, parameters.report.filter);
    });
  };
}

/** @throws {UsageError} neither the option nor the extension of the file names a format */
function formatOf({ format, out }: Options): ReportFormat {
  const wanted = format ?? (typeof out === 'string' ? /\.([^./\\]+)$/.exec(out)?.[1]?.toLowerCase() : 'csv');
  const known = reportFormats.find((one) => one === wanted);
  if (known !== undefined) return known;
  throw new UsageError(
    'InvalidOption',
    `--format is required, because '${String(out)}' does not end in a known format; allowed: ${reportFormats.join(', ')}`,
  );
}

/** @throws {UsageError} the report does not have an option, or a value is not allowed */
function parametersOf(name: ReportName, { format: _format, out: _out, ...given }: Options): ReportParameters {
  const allowed = Object.keys(reportQueries[name].entries);
  const foreign = Object.keys(given).find((option) => !allowed.includes(option));
  if (foreign !== undefined) {
    throw new UsageError('InvalidOption', `The report ${name} does not take ${optionName(foreign)}`, {
      hint: `It takes ${allowed.map(optionName).join(', ')}`,
    });
  }
  return reportParameters(name, (schema) => parseOptions(schema, given));
}
