import type { Pack } from '../model/rule.js';
import { license } from './head.js';
import { fileName, hashFiles, type PackFiles } from './pack-files.js';
import { type Report, watchReport } from './report.js';
import { openSection, optional, required, text } from './section.js';
import { readYaml } from './yaml-document.js';

const KEYS = ['id', 'version', 'title', 'license', 'description', 'author'];
const PACK_ID = text({ max: 64, pattern: /^[a-z0-9-]+$/, fix: 'use a-z, 0-9 and -' });
const VERSION = text({
  pattern: /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
  fix: "write a semantic version such as '0.1.0'",
});

/** Reads `pack.yaml`; undefined when it is missing or wrong (then reported). */
export function readPack(dir: string, files: PackFiles, report: Report): Pack | undefined {
  const { pack } = files;
  if (pack === null) {
    const file = fileName(dir, 'pack.yaml');
    const fix = 'write one with id, version, title and license, or name the folder that holds it';
    report({ file, line: 1, column: 1 }, 'pack.yaml', 'the folder has no pack.yaml', fix);
    return undefined;
  }
  const watch = watchReport(report);
  const node = pack.text === null ? undefined : readYaml(pack.file, pack.text, watch.report);
  const section = node === undefined ? undefined : openSection(node, 'pack.yaml', watch.report, KEYS);
  if (section === undefined) return undefined;
  const id = required(section, 'id', PACK_ID);
  const version = required(section, 'version', VERSION);
  const title = required(section, 'title', text({ max: 256 }));
  required(section, 'license', license);
  optional(section, 'description', text(), null);
  optional(section, 'author', text(), null);
  if (id === undefined || version === undefined || title === undefined || watch.failed()) return undefined;
  return { id, version, title, sha256: hashFiles([pack, ...files.rules]) };
}
