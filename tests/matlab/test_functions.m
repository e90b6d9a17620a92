% Every function of matlab_compat in GNU Octave, on a small recording that the built program simulates and analyses.
% TAP on standard output. Environment: TEMTENSILE (the program), TT_SOURCE_ROOT.
% SPDX-License-Identifier: GPL-3.0-or-later
1;

% ---- checks ----

function check(condition, varargin)
  if ~condition
    error('test:failed', '%s', sprintf(varargin{:}));
  end
end

function check_near(a, b, relative, what)
  check(isequal(size(a), size(b)), '%s: size %s, expected %s', what, mat2str(size(a)), mat2str(size(b)));
  check(isequal(isnan(a), isnan(b)), '%s: NaN at other places', what);
  known = ~isnan(a);
  away = abs(a(known) - b(known)) - relative * abs(b(known));
  check(all(away <= 0), '%s: %.17g, expected %.17g', what, first(a(known), away), first(b(known), away));
end

function v = first(v, away)
  v = v(find(away > 0, 1));
end

% What f throws must hold the text.
function check_error(f, part)
  said = '';
  try
    f();
  catch problem
    said = problem.message;
  end
  check(~isempty(strfind(said, part)), 'the error is "%s", expected "%s" in it', said, part);
end

% Numbers to 1e-9, everything else exactly. a: from results.mat, b: decoded JSON.
function compare_tree(a, b, where)
  if isstruct(b)
    check(isstruct(a) && numel(a) == numel(b), '%s: %d x struct in the MAT file, %d in the JSON', where, numel(a), numel(b));
    names = fieldnames(b);
    check(isequal(names, fieldnames(a)), '%s: other members', where);
    for k = 1:numel(b)
      for i = 1:numel(names)
        compare_tree(a(k).(names{i}), b(k).(names{i}), [where '.' names{i}]);
      end
    end
  elseif iscell(b)
    check(iscell(a) && numel(a) == numel(b), '%s: other cells', where);
    for k = 1:numel(b)
      compare_tree(a{k}, b{k}, sprintf('%s{%d}', where, k));
    end
  elseif ischar(b)
    check(ischar(a) && isequal(a(:), b(:)), '%s: "%s", expected "%s"', where, a, b);
  elseif islogical(b)
    check(islogical(a) && isequal(a(:), b(:)), '%s: another truth value', where);
  elseif isempty(b)
    check(isempty(a) || (isscalar(a) && isnan(a)), '%s: not empty', where);
  else
    check_near(a(:), b(:), 1e-9, where);
  end
end

function n = count_numbers(s)
  n = 0;
  if isstruct(s)
    names = fieldnames(s);
    for k = 1:numel(s)
      for i = 1:numel(names)
        n = n + count_numbers(s(k).(names{i}));
      end
    end
  elseif isnumeric(s)
    n = sum(~isnan(s(:)));
  end
end

function v = nested(s, path)
  names = strsplit(path, '.');
  v = s;
  for i = 1:numel(names)
    v = v.(names{i});
  end
end

% ---- the recording ----

function [w, r] = prepared()
  persistent where result
  if isempty(where)
    where = tempname();
    mkdir(where);
    atexit_folder(where);
    fid = fopen(fullfile(where, 'simulation.yaml'), 'w');
    fprintf(fid, '%s\n', 'name: small film, 5 µN', 'seed: 7', 'film: {composition: Zr50Cu50, end: 3}', ...
            'law: {yield_stress: 2.0 GPa, hardening: 0.3 GPa, fracture_strain: 4 %}', ...
            'control: {rate: 18 µN/s, approach: 2 s, hold: 0.6 s, unload_rate: 90 µN/s, after: 0.6 s}', ...
            'log: {rate: 100 Hz, encoding: utf-8, columns: 3}', ...
            'video: {file: test.mp4, size: [400, 300], frame_rate: 5 Hz, log_starts_at: 0.4 s}', ...
            'imaging: {noise: 2.5}', 'description: {gauge: points, spring: given, sync: given}');
    fclose(fid);
    run_program('simulate "%s" -o "%s"', fullfile(where, 'simulation.yaml'), fullfile(where, 'recording'));
    result = tt_analyze(fullfile(where, 'recording', 'test.yaml'), fullfile(where, 'results'));
  end
  w = where;
  r = result;
end

function text = run_program(form, varargin)
  [code, text] = system(sprintf(['"%s" ' form ' 2>&1'], getenv('TEMTENSILE'), varargin{:}));
  check(code == 0, 'the program: %s', text);
end

function atexit_folder(folder)
  setenv('TT_TEST_FOLDER', folder);
  atexit('remove_test_folder');
end

function remove_test_folder()
  confirm_recursive_rmdir(false, 'local');
  rmdir(getenv('TT_TEST_FOLDER'), 's');
end

function f = last_field()
  persistent fields
  if isempty(fields)
    [w, r] = prepared();
    fields = fullfile(w, 'fields');
    run_program('correlate --video "%s" --every 20 --roi 60,110,280,80 --step 8 -o "%s"', ...
                fullfile(w, 'recording', 'test.mp4'), fields);
  end
  f = tt_read_field(fields);
end

% ---- tests ----

function summary_is_whole()
  [w, r] = prepared();
  json = jsondecode(fileread(fullfile(w, 'results', 'summary.json')));
  compare_tree(r.summary, json, 'summary');
  printf('# %d numbers of summary.json in results.mat, equal to 1e-9\n', count_numbers(json));
  p = fieldnames(json.properties);
  for i = 1:numel(p)
    if isfield(json.properties.(p{i}), 'interval95') && isscalar(json.properties.(p{i})) && ...
       ~isempty(json.properties.(p{i}).value)
      check_near(r.summary.properties.(p{i}).value, json.properties.(p{i}).value, 1e-9, p{i});
    end
  end
  check(strcmp(r.summary.test.name, 'small film, 5 µN'), 'the name is "%s"', r.summary.test.name);
end

function curve_is_whole()
  [w, r] = prepared();
  lines = strsplit(strtrim(fileread(fullfile(w, 'results', 'curve.csv'))), "\n");
  names = strsplit(lines{1}, ',');
  check(isequal(names', fieldnames(r.curve)), 'other columns than curve.csv');
  for i = 2:numel(lines)
    cells = strsplit(lines{i}, ',', 'CollapseDelimiters', false);
    for k = 1:numel(names) - 1
      value = str2double(cells{k});
      if any(strcmp(names{k}, {'u_strain', 'u_stress_GPa'}))
        limit = 1e-3;
      elseif strcmp(names{k}, 'zncc')
        limit = 1e-5;
      else
        limit = 1e-8;
      end
      check_near(r.curve.(names{k})(i - 1), value, limit, names{k});
    end
    check(strcmp(r.curve.flag{i - 1}, cells{end}), 'row %d: flag "%s", expected "%s"', i - 1, r.curve.flag{i - 1}, cells{end});
  end
end

function units_are_right()
  [w, r] = prepared();
  known = {'curve.stress_GPa', 'GPa'; 'curve.strain', '1'; 'curve.force_uN', 'uN'; 'curve.time_s', 's'; ...
           'summary.properties.youngs_modulus_GPa.value', 'GPa'; 'summary.properties.youngs_modulus_GPa.interval95', 'GPa'; ...
           'summary.properties.toughness_MJ_per_m3.u', 'MJ/m^3'; 'summary.properties.total_elongation.value', '1'; ...
           'summary.properties.strain_rate_per_s.value', '1/s'; 'summary.properties.loading_rate_uN_per_s.value', 'uN/s'; ...
           'summary.spring.stiffness_N_per_m.value', 'N/m'; 'summary.spring.quadratic_N_per_m2.value', 'N/m^2'; ...
           'summary.gauge.from_px', 'px'; 'summary.fracture.angle_deg.value', 'deg'; 'summary.dic.image_noise_grey', 'grey levels'; ...
           'summary.properties.offset_yield.value', 'GPa'; 'summary.properties.offset_yield.strain', '1'};
  for i = 1:size(known, 1)
    if i > 15 && isempty(r.summary.properties.offset_yield)
      continue
    end
    check(strcmp(nested(r.units, known{i, 1}), known{i, 2}), '%s is in "%s", expected "%s"', known{i, 1}, ...
          nested(r.units, known{i, 1}), known{i, 2});
  end
end

function maps_are_right()
  [w, r] = prepared();
  place = {'width', 'ratio', 'width.csv'; 'strain_map', 'strain', 'strain_map.csv'};
  for k = 1:2
    s = r.(place{k, 1});
    v = s.(place{k, 2});
    t = dlmread(fullfile(w, 'results', place{k, 3}), ',', 1, 0);
    check(isequal(size(v), [numel(s.frame), numel(s.position_px)]), '%s: %s values', place{k, 1}, mat2str(size(v)));
    check(size(t, 1) == numel(v), '%s: %d values, %d in the table', place{k, 1}, numel(v), size(t, 1));
    check_near(repmat(s.frame, 1, numel(s.position_px))'(:), t(:, 1), 0, 'frames');
    empty = isnan(v'(:));
    check_near(v'(:)(~empty), t(~empty, 3), 1e-5, place{k, 1});
  end
  check(isequal(size(r.subsets.x_px), [numel(r.subsets.x0_px), numel(r.curve.frame)]), 'places of subsets');
  check(max(abs(r.subsets.x_px(:, 1) - r.subsets.x0_px)) < 0.1, 'subsets in the first frame');
  length_px = hypot(diff(r.ends.x_px, 1, 2), diff(r.ends.y_px, 1, 2));
  known = ~isnan(length_px);
  check(sum(known) > 20, 'too few ends');
  check_near(length_px(known), r.curve.gauge_length_px(known), 1e-6, 'distance of the ends');
end

function folder_without_mat()
  [w, r] = prepared();
  plain = fullfile(w, 'plain');
  mkdir(plain);
  copyfile(fullfile(w, 'results', 'summary.json'), plain);
  copyfile(fullfile(w, 'results', 'curve.csv'), plain);
  p = tt_load(plain);
  compare_tree(r.summary, p.summary, 'summary');
  check(isequal(fieldnames(p.curve), fieldnames(r.curve)), 'columns');
  check_near(p.curve.strain, r.curve.strain, 1e-8, 'strain');
  check(isequal(p.curve.flag, r.curve.flag), 'flags');
  check(isequal(p.units.summary, r.units.summary), 'units of the summary');
  check(isequal(p.units.curve, r.units.curve), 'units of the curve');
  from_file = tt_load(fullfile(w, 'results', 'results.mat'));
  check(isequaln(rmfield(from_file, 'folder'), rmfield(r, 'folder')), 'a folder and its MAT file differ');
  check_error(@() tt_load(fullfile(w, 'nowhere')), 'there is no such folder or file');
  check_error(@() tt_load(w), 'there is no summary.json in it');
  check_error(@() tt_load(fullfile(w, 'simulation.yaml')), 'no MAT file');
  check_error(@() tt_load(3), 'found a double');
end

function same_bytes_twice()
  [w, r] = prepared();
  tt_analyze(fullfile(w, 'recording', 'test.yaml'), fullfile(w, 'again'), 'threads', 1);
  files = {'results.mat', 'methods.txt', 'run.log'};
  for i = 1:numel(files)
    check(isequal(fileread(fullfile(w, 'results', files{i})), fileread(fullfile(w, 'again', files{i}))), ...
          '%s differs between two runs', files{i});
  end
end

function program_and_its_errors()
  [w, r] = prepared();
  test = fullfile(w, 'recording', 'test.yaml');
  [c, said] = tt_analyze(test, fullfile(w, 'curve only'), 'only', 'curve', 'set', {'specimen.thickness=300 +- 6 nm'});
  check(~exist(fullfile(w, 'curve only', 'results.mat'), 'file'), '--only curve left a results.mat');
  check(~isempty(strfind(said, 'frames, gauge of')), 'it said: %s', said);
  check_near(2 * c.curve.stress_GPa, r.curve.stress_GPa, 1e-6, 'half the stress');
  check(isnan(c.summary.properties.youngs_modulus_GPa.value), 'properties without an analysis');
  check_error(@() tt_analyze('nowhere.yaml', fullfile(w, 'x')), 'nowhere.yaml');
  check_error(@() tt_analyze(test, fullfile(w, 'x'), 'set', 'specimen.thicknes=3 nm'), 'did you mean ''thickness''');
  check_error(@() tt_analyze(test, fullfile(w, 'x'), 'program', fullfile(w, 'gone')), 'was not found');
  check_error(@() tt_analyze(test, fullfile(w, 'x'), 'colour', 1), 'unknown option ''colour''; known are: only, set');
end

function curves_are_plotted()
  [w, r] = prepared();
  figure('visible', 'off');
  h = tt_plot_curve(r);
  good = ~isnan(r.curve.strain) & ~isnan(r.curve.stress_GPa);
  check_near(get(h.line, 'xdata')(:), 100 * r.curve.strain(good), 1e-12, 'x');
  check_near(get(h.line, 'ydata')(:), r.curve.stress_GPa(good), 1e-12, 'y');
  x = get(h.band, 'xdata')(:);
  y = get(h.band, 'ydata')(:);
  n = sum(good);
  check(numel(x) == 2 * n, 'the band has %d corners, expected %d', numel(x), 2 * n);
  check_near(y(2 * n:-1:n + 1) - y(1:n), 2 * 1.96 * r.curve.u_stress_GPa(good), 1e-9, 'height of the band');
  check(get(h.fracture, 'xdata') == get(h.line, 'xdata')(end), 'the mark of fracture');
  check(strcmp(get(get(h.axes, 'xlabel'), 'string'), 'Engineering strain (%)'), 'x label');
  h = tt_plot_curve(fullfile(w, 'results'), 'true', true, 'name', 'x');
  check(isempty(h.band) && strcmp(get(h.line, 'displayname'), 'x'), 'true curve');
  check(get(h.line, 'ydata')(end) > r.curve.stress_GPa(find(~isnan(r.curve.true_stress_GPa), 1, 'last')), 'true stress');
  check_error(@() tt_plot_curve(r, 'band'), 'options come in pairs');
  close('all');
end

function tests_are_compared()
  [w, r] = prepared();
  figure('visible', 'off');
  [t, h] = tt_compare({r, fullfile(w, 'results')}, 'names', {'one', 'two'}, 'band', true);
  check(numel(h) == 2 && ~isempty(h{2}.band), 'two curves');
  check(isequal(size(t.value), [2, numel(t.key)]) && numel(t.key) == 14, '%d properties', numel(t.key));
  at = find(strcmp(t.key, 'ultimate_strength_GPa'));
  check_near(t.value(:, at), [1; 1] * r.summary.properties.ultimate_strength_GPa.value, 1e-12, 'strength');
  check_near(t.u(:, at), [1; 1] * r.summary.properties.ultimate_strength_GPa.u, 1e-12, 'its u');
  check(strcmp(t.unit{at}, 'GPa'), 'its unit');
  text = evalc('tt_compare({r}, ''plot'', false);');
  check(~isempty(strfind(text, 'youngs_modulus_GPa')) && ~isempty(strfind(text, '+-')), 'the table: %s', text);
  check_error(@() tt_compare({}), 'needs a cell');
  close('all');
end

function frames_are_shown()
  [w, r] = prepared();
  video = fullfile(w, 'recording', 'test.mp4');
  a = tt_frame(video, 0);
  b = tt_frame(video, 40);
  check(isequal(size(a), [300 400]) && isa(a, 'uint8'), '%s %s', class(a), mat2str(size(a)));
  check(any(a(:) ~= b(:)), 'two frames are the same');
  check(mean(double(a(150, 180:220))) < mean(double(a(20, :))) - 30, 'the bar is not where it should be');
  figure('visible', 'off');
  h = tt_show_frame(r, 40, 'video', video);
  check(isequal(get(h.image, 'cdata'), double(b)), 'the picture shown');
  check_near(get(h.ends, 'xdata')(:), r.ends.x_px(41, :)' + 1, 1e-12, 'ends');
  check(numel(get(h.subsets, 'xdata')) == numel(r.subsets.x0_px), 'subsets');
  check_near(get(h.mark, 'xdata'), 100 * r.curve.strain(41), 1e-12, 'the mark');
  h = tt_show_frame(tt_load(fullfile(w, 'results')), 40); % found beside the description
  check(isequal(get(h.image, 'cdata'), double(b)), 'the recording beside its description');
  movefile(fullfile(w, 'recording'), fullfile(w, 'elsewhere'));
  putting_back = onCleanup(@() movefile(fullfile(w, 'elsewhere'), fullfile(w, 'recording')));
  video = fullfile(w, 'elsewhere', 'test.mp4');
  copyfile(video, fullfile(w, 'test.mp4'));
  h = tt_show_frame(fullfile(w, 'results'), 41);
  check(~isempty(h.image), 'the recording above the results');
  check_error(@() tt_show_frame(r, 100000), 'there is no frame 100000');
  check_error(@() tt_frame(video, 100000), 'has no frame 100000');
  check_error(@() tt_frame(fullfile(w, 'none.mp4'), 0), 'none.mp4');
  delete(fullfile(w, 'test.mp4'));
  check_error(@() tt_show_frame(r, 41), 'say where with ''video''');
  close('all');
end

function fields_are_read()
  f = last_field();
  check(numel(f) >= 3 && all(diff([f.frame]) == 20), '%d fields', numel(f));
  g = f(2);
  check(isequal(size(g.x_px), size(g.u_px)) && g.step_px == 8, 'the grid');
  check(all(all(diff(g.x_px, 1, 2) == 8)) && all(all(diff(g.y_px, 1, 1) == 8)), 'rows and columns');
  lines = strsplit(strtrim(fileread(g.file)), "\n");
  names = strsplit(lines{1}, ',');
  for i = [2, round(numel(lines) / 2), numel(lines)]
    cells = strsplit(lines{i}, ',', 'CollapseDelimiters', false);
    v = str2double(cells);
    at = g.x_px == v(1) & g.y_px == v(2);
    check(sum(at(:)) == 1, 'the point of line %d', i);
    check_near(g.v_px(at), v(strcmp(names, 'v_px')), 1e-12, 'v');
    check_near(g.exx(at), v(strcmp(names, 'exx')), 1e-12, 'exx');
  end
  check(strcmp(g.info.criterion, 'ZNSSD'), 'its parameters');
  check_error(@() tt_read_field(tempname()), 'there is no such folder or file');
end

function compare_eberl(a, b)
  names = {'grid_x', 'grid_y', 'validx', 'validy', 'time_image', 'stress_strain_x'};
  for i = 1:numel(names)
    check_near(a.(names{i}), b.(names{i}), 1e-14, names{i});
  end
  check(isequal(a.filenamelist, b.filenamelist), 'file names');
  check(isequal(a.classic, b.classic), 'classic %d, expected %d', a.classic, b.classic);
end

function eberl_round_trip()
  [w, r] = prepared();
  for classic = [true, false]
    folder = fullfile(w, sprintf('eberl%d', classic));
    e = tt_to_eberl(r, 'classic', classic);
    tt_write_eberl(folder, e);
    back = tt_read_eberl(folder);
    compare_eberl(back, e);
    n = numel(e.frames);
    check(size(e.validx, 2) == n - classic, '%d columns for %d images', size(e.validx, 2), n);
    check(size(back.x, 2) == n, 'the first image');
    % 1-based, rows are markers
    first = find(all(~isnan(r.subsets.x_px(:, ~isnan(r.curve.strain))), 2), 1);
    check_near(back.x(1, 1:n), r.subsets.x_px(first, ~isnan(r.curve.strain)) + 1, 1e-14, 'places');
    check_near(back.stress_strain_x(:, 1), 100 * r.curve.strain(~isnan(r.curve.strain)), 1e-14, 'strain in %');
    check_near(back.time_image(:, 1), (1:n)', 0, 'numbers of images');
    check(strcmp(back.filenamelist(2, :), 'frame_00001.pgm'), 'name "%s"', back.filenamelist(2, :));
  end
  e = tt_to_eberl(r, 'part', 'ends');
  check(numel(e.grid_x) == 2 && e.dropped == 0, 'two ends');
  strain = hypot(diff(e.validx), diff(e.validy)) / r.summary.gauge.unloaded_length_px.value - 1;
  check(max(abs(100 * strain' - e.stress_strain_x(2:end, 1))) < 1e-6, 'strain from the markers');
  e = tt_to_eberl(last_field()(1:2));
  check(size(e.validx, 2) == 2 && isequal(e.frames, [0 20 40]), 'fields as markers');
  tt_write_eberl(fullfile(w, 'eberl field'), e);
  check(isempty(tt_read_eberl(fullfile(w, 'eberl field')).stress_strain_x), 'no stress');
  check_error(@() tt_to_eberl(r, 'part', 'middle'), '''part'' can be');
  check_error(@() tt_read_eberl(w), 'grid_x.dat is missing');
  bad = e;
  bad.validx = bad.validx(:, 1);
  check_error(@() tt_write_eberl(fullfile(w, 'bad'), bad), 'the same size');
end

% As the toolbox itself writes: 8 digits, tabs, CR LF; the first image told from the grid.
function eberl_files_of_others()
  [w, r] = prepared();
  folder = fullfile(w, 'classic');
  mkdir(folder);
  x = [10 10.5 11; 20 20.25 21];
  y = [5 5 5; 6 6 6];
  files = {'grid_x.dat', x(:, 1); 'grid_y.dat', y(:, 1); 'validx.dat', x(:, 2:3); 'validy.dat', y(:, 2:3)};
  for i = 1:4
    fid = fopen(fullfile(folder, files{i, 1}), 'w');
    v = files{i, 2};
    fprintf(fid, ['  ' repmat('%15.7e\t', 1, size(v, 2) - 1) '%15.7e\r\n'], v');
    fclose(fid);
  end
  e = tt_read_eberl(folder);
  check(e.classic && isequal(e.x, x) && isequal(e.y, y), 'the classic form');
  FileNameList = ['a1.tif'; 'a2.tif'];
  save('-v6', fullfile(folder, 'filenamelist.mat'), 'FileNameList');
  e = tt_read_eberl(folder);
  check(~e.classic && isequal(e.x, x(:, 2:3)), 'all images have columns');
  FileNameList = repmat('a1.tif', 7, 1);
  save('-v6', fullfile(folder, 'filenamelist.mat'), 'FileNameList');
  check_error(@() tt_read_eberl(folder), 'but there are 7 images');
end

function n = reread(n, version)
  [w, r] = prepared();
  file = fullfile(w, ['ncorr' version '.mat']);
  tt_write_ncorr(file, n, 'version', version);
  fid = fopen(file);
  head = fread(fid, [1 10], 'char=>char');
  fclose(fid);
  wanted = 'MATLAB 5.0';
  if strcmp(version, '7.3')
    wanted = 'MATLAB 7.3';
  end
  check(strcmp(head, wanted), 'the file begins with "%s"', head);
  n = tt_read_ncorr(file);
end

function ncorr_round_trip()
  [w, r] = prepared();
  f = last_field()(1:2);
  n = tt_to_ncorr(f, 'pixel_size_nm', 2);
  versions = {'7', '7.3'};
  for k = 1:2
    back = reread(n, versions{k});
    names = {'reference_save', 'current_save', 'data_dic_save'};
    for i = 1:3
      check(isequaln(back.(names{i}), n.(names{i})), 'version %s: %s differs', versions{k}, names{i});
    end
    check(strcmp(back.units, 'nm') && back.pixtounits == 2, 'units');
    check(numel(back.field) == 2 && back.field(1).step_px == 8, 'fields');
  end
  d = n.data_dic_save.displacements(2);
  check(isequal(size(d.plot_u_dic), ceil([300 400] / 8)), 'plots of %s', mat2str(size(d.plot_u_dic)));
  % what comes back, at the points of the table
  g = back.field(2);
  inside = ~isnan(g.u_px);
  u = interp2(f(2).x_px, f(2).y_px, f(2).u_px, g.x_px, g.y_px);
  check(sum(inside(:)) > 50 && isequal(inside, ~isnan(u)), '%d points inside', sum(inside(:)));
  check_near(g.u_px(inside), u(inside), 1e-12, 'u');
  check_near(d.plot_u_ref_formatted(inside), 2 * u(inside), 1e-12, 'u in nm');
  check_error(@() tt_read_ncorr(fullfile(w, 'results', 'results.mat')), 'there is no reference_save');
  check_error(@() tt_write_ncorr(fullfile(w, 'x.mat'), struct('a', 1)), 'there is no reference_save to save');
  check_error(@() tt_write_ncorr(fullfile(w, 'x.mat'), n, 'version', '5'), '''version'' can be');
end

% A field known exactly: u = 3 + 0.02 x, v = 1 - 0.01 y + 0.004 x.
function ncorr_strains()
  [x, y] = meshgrid(40:8:200, 32:8:160);
  f = struct('x_px', x, 'y_px', y, 'u_px', 3 + 0.02 * x, 'v_px', 1 - 0.01 * y + 0.004 * x, 'zncc', 0.98 * ones(size(x)), ...
             'ux', 0.02 * ones(size(x)), 'uy', zeros(size(x)), 'vx', 0.004 * ones(size(x)), 'vy', -0.01 * ones(size(x)), ...
             'step_px', 8, 'frame', NaN, 'time_s', NaN, 'file', 'field.csv');
  f.u_px(3, 4) = NaN; % one that was not trusted
  f.v_px(3, 4) = NaN;
  f.info = struct('image_size_px', [240 200], 'subset_px', 21, 'max_increment_px', 1e-3, 'max_iterations', 30, ...
                  'min_zncc', 0.6, 'strain_window_px', 40, 'reference', 'a.png', 'deformed', 'b.png');
  n = tt_to_ncorr(f);
  d = n.data_dic_save.displacements;
  s = n.data_dic_save.strains;
  check(isequal(size(d.plot_u_dic), [25 30]) && ~n.data_dic_save.dispinfo.resampled, 'plots of %s', mat2str(size(d.plot_u_dic)));
  check(n.data_dic_save.dispinfo.spacing == 7 && n.data_dic_save.dispinfo.radius == 10, 'spacing, radius');
  check(d.roi_dic.mask(5, 6) && ~d.roi_dic.mask(4, 6) && ~d.roi_dic.mask(7, 9) && sum(d.roi_dic.mask(:)) == numel(x) - 1, 'mask');
  check_near(d.plot_u_dic(5, 6), 3 + 0.02 * 40, 1e-12, 'u');
  check_near(d.plot_corrcoef_dic(5, 6), 0.04, 1e-9, 'corrcoef');
  check(d.plot_u_dic(1, 1) == 0, '0 outside');
  F = [1.02, 0; 0.004, 0.99];
  green = (F' * F - eye(2)) / 2;
  almansi = (eye(2) - inv(F)' * inv(F)) / 2;
  inside = d.roi_dic.mask;
  check_near(s.plot_exx_ref_formatted(inside), green(1, 1) * ones(sum(inside(:)), 1), 1e-9, 'exx');
  check_near(s.plot_exy_ref_formatted(inside), green(1, 2) * ones(sum(inside(:)), 1), 1e-9, 'exy');
  check_near(s.plot_eyy_ref_formatted(inside), green(2, 2) * ones(sum(inside(:)), 1), 1e-9, 'eyy');
  cur = d.roi_cur_formatted.mask;
  m = sum(cur(:));
  check(m > 200, '%d points at the current image', m);
  [xg, yg] = meshgrid((0:29) * 8, (0:24) * 8);
  X = (xg - 3) / 1.02; % of the reference
  Y = (yg - 1 - 0.004 * X) / 0.99;
  check(max(abs(d.plot_u_cur_formatted(cur) - (3 + 0.02 * X(cur)))) < 1e-9, 'u at the current image');
  check(max(abs(d.plot_v_cur_formatted(cur) - (1 - 0.01 * Y(cur) + 0.004 * X(cur)))) < 1e-9, 'v at the current image');
  check_near(s.plot_exx_cur_formatted(cur), almansi(1, 1) * ones(m, 1), 1e-9, 'Almansi xx');
  check_near(s.plot_exy_cur_formatted(cur), almansi(1, 2) * ones(m, 1), 1e-9, 'Almansi xy');
  check_near(s.plot_eyy_cur_formatted(cur), almansi(2, 2) * ones(m, 1), 1e-9, 'Almansi yy');
  g = f;
  g.x_px = x + 3; % between Ncorr's points
  n = tt_to_ncorr(g, 'current', false);
  check(n.data_dic_save.dispinfo.resampled, 'resampled');
  at = n.data_dic_save.displacements.plot_u_dic(5, 10);
  check_near(at, 3 + 0.02 * (72 - 3), 1e-9, 'u between the points');
end

function ncorr_objects()
  check_error(@() tt_ncorr_roi(struct()), 'is not on the path');
  n = tt_to_ncorr(last_field()(1:2), 'current', false);
  mask = n.data_dic_save.displacements(2).roi_dic.mask;
  addpath(fullfile(getenv('TT_SOURCE_ROOT'), 'tests', 'matlab', 'mock'));
  n = tt_ncorr_roi(n);
  r = n.data_dic_save.displacements(2).roi_dic;
  check(isobject(r) && strcmp(r.type, 'load') && isequal(r.mask, mask), 'the region of a field');
  check(isobject(n.reference_save.roi) && any(n.reference_save.roi.mask(:)), 'the region of the reference');
  check(isobject(n.current_save(1).roi) && isempty(n.current_save(1).roi.type), 'the current image has none');
  check(isobject(n.data_dic_save.strains(1).roi_cur_formatted), 'the region of strains');
  check(~isfield(n.data_dic_save.dispinfo, 'resampled'), 'a member that Ncorr does not know');
  rmpath(fullfile(getenv('TT_SOURCE_ROOT'), 'tests', 'matlab', 'mock'));
end

function the_other_commands()
  [w, r] = prepared();
  s = tt_simulate(fullfile(w, 'simulation.yaml'), fullfile(w, 'again-simulated'), 'seed', 8);
  check(numel(s.truth.video_s) > 20 && isstruct(s.values) && exist(s.test, 'file') == 2, 'the truth');
  p = tt_probe(fullfile(w, 'recording', 'test.mp4'));
  check(~isempty(strfind(p.text, '400')) && numel(fieldnames(p.values)) >= 3, 'tt_probe: %s', p.text);
  check_error(@() tt_probe(fullfile(w, 'none.mp4')), 'none.mp4');
  names = {fullfile(w, 'a.pgm'), fullfile(w, 'b.pgm')};
  for i = 1:2
    run_program('frame "%s" --number %d -o "%s"', fullfile(w, 'recording', 'test.mp4'), (i - 1) * 40, names{i});
  end
  f = tt_correlate(names{1}, names{2});
  strain = r.curve.strain(r.curve.frame == 40);
  check(strcmp(f.info.region, 'bar found in the reference'), 'the region: %s', f.info.region);
  middle = median(f.exx(~isnan(f.exx)));
  check(abs(middle - strain) < 2e-3 + 0.2 * abs(strain), 'strain %g in the field, %g of the gauge', middle, strain);
  f = tt_correlate(names{1}, names{2}, 'roi', [120 130 160 40], 'folder', fullfile(w, 'pair'), 'step', 8);
  check(exist(fullfile(w, 'pair', 'field.csv'), 'file') == 2 && f.step_px == 8, 'the table stays');
  check_error(@() tt_correlate(names{1}, ''), 'need a folder');
  check_error(@() tt_correlate(names{1}, names{2}, 'subset', 32), 'odd');
  m = tt_film(fullfile(getenv('TT_SOURCE_ROOT'), 'samples', 'films', 'film-10pa', 'film.yaml'), fullfile(w, 'film'));
  check(isstruct(m) && numel(fieldnames(m)) > 3, 'film.json');
  check(isequal(tt_film('', fullfile(w, 'film')), m), 'read again');
  check_error(@() tt_film('', w), 'film.json');
end

function help_is_complete()
  folder = fullfile(getenv('TT_SOURCE_ROOT'), 'matlab_compat');
  contents = fileread(fullfile(folder, 'Contents.m'));
  files = dir(fullfile(folder, 'tt_*.m'));
  check(numel(files) >= 15, '%d functions', numel(files));
  for i = 1:numel(files)
    text = fileread(fullfile(folder, files(i).name));
    name = strrep(files(i).name, '.m', '');
    h1 = regexp(text, '^(function[^\n]*\n)?%([^\n]*)', 'tokens', 'once'){end};
    check(strncmp(h1, [upper(name) '  '], numel(name) + 2), '%s: the first line of help is "%s"', name, h1);
    parts = {'  Example', 'See also', 'Units'};
    if strcmp(name, 'tt_load') || strcmp(name, 'tt_read_field') || strcmp(name, 'tt_to_eberl')
      parts{3} = '(px';
    elseif strcmp(name, 'tt_compare')
      parts{3} = 'T.unit';
    end
    for k = 1:3
      check(~isempty(strfind(text, parts{k})), '%s: no "%s" in its help', name, parts{k});
    end
    line = regexp(contents, ['%   ' name ' +- ([^\n]*)'], 'tokens', 'once');
    check(~isempty(line), '%s is missing in Contents.m', name);
    short = strtrim(strrep(h1(numel(name) + 1:end), 'TT_WRITE_NCORR', 'tt_write_ncorr'));
    check(strcmp([line{1} '.'], short), '%s: Contents.m says "%s", its help "%s"', name, line{1}, short);
    check(~isempty(strfind(help(name), upper(name))), '%s: help finds nothing', name);
    check(isempty(regexp(text, '[^\x00-\x7F]', 'once')), '%s: letters beyond ASCII', name);
    check(isempty(regexp(text, '\<(endif|endfor|endfunction|endwhile|end_try_catch)\>|^\s*#|\+\+|\+=|!=', 'once', 'lineanchors')), ...
          '%s: what only Octave understands', name);
  end
end

function the_demo_runs()
  set(0, 'defaultfigurevisible', 'off');
  [w, r] = prepared();
  names = {'zrcu-0.002pa-1', 'zrcu-10pa-1'}; % the small recording in the place of the samples
  for i = 1:2
    mkdir(fullfile(w, 'samples', names{i}));
    copyfile(fullfile(w, 'recording', '*'), fullfile(w, 'samples', names{i}));
  end
  setenv('TEMTENSILE_SAMPLES', fullfile(w, 'samples'));
  text = evalc('run_demo();');
  set(0, 'defaultfigurevisible', 'on');
  parts = {'Analysing zrcu-10pa-1', 'E = ', 'GPa, 95 %', 'Eberl: ', 'Ncorr: ', 'spacing'};
  for i = 1:numel(parts)
    check(~isempty(strfind(text, parts{i})), '"%s" is missing in: %s', parts{i}, text);
  end
  check(numel(get(0, 'children')) == 5, '%d figures', numel(get(0, 'children')));
  made = regexp(text, 'Results of this demonstration: ([^\n]*)', 'tokens', 'once'){1};
  check(exist(fullfile(made, 'ncorr.mat'), 'file') == 2, 'Ncorr''s file');
  confirm_recursive_rmdir(false, 'local');
  rmdir(made, 's');
  close('all');
end

function run_demo()
  tt_demo;
end

% ---- all of them ----

function ok = run_one(i, name, f)
  ok = true;
  try
    f();
    printf('ok %d %s\n', i, name);
  catch problem
    ok = false;
    where = '';
    if ~isempty(problem.stack)
      at = find(~strcmp({problem.stack.name}, 'check') & ~strcmp({problem.stack.name}, 'check_near'), 1);
      where = sprintf(' (%s, line %d)', problem.stack(at).name, problem.stack(at).line);
    end
    printf('not ok %d %s\n# %s%s\n', i, name, strrep(problem.message, sprintf('\n'), ' | '), where);
  end
  fflush(stdout());
end

warning('off', 'all');
addpath(fullfile(getenv('TT_SOURCE_ROOT'), 'matlab_compat'));
tests = {'the summary in results.mat is summary.json', @summary_is_whole; ...
         'the curve in results.mat is curve.csv', @curve_is_whole; ...
         'units', @units_are_right; ...
         'widths, strains, subsets, ends', @maps_are_right; ...
         'a folder without results.mat', @folder_without_mat; ...
         'the same bytes twice', @same_bytes_twice; ...
         'tt_analyze and its errors', @program_and_its_errors; ...
         'tt_plot_curve', @curves_are_plotted; ...
         'tt_compare', @tests_are_compared; ...
         'tt_frame and tt_show_frame', @frames_are_shown; ...
         'tt_read_field', @fields_are_read; ...
         'Eberl: there and back', @eberl_round_trip; ...
         'Eberl: files of others', @eberl_files_of_others; ...
         'Ncorr: there and back', @ncorr_round_trip; ...
         'Ncorr: strains and current images', @ncorr_strains; ...
         'Ncorr: its objects', @ncorr_objects; ...
         'tt_simulate, tt_probe, tt_correlate, tt_film', @the_other_commands; ...
         'help, Contents.m', @help_is_complete; ...
         'tt_demo', @the_demo_runs};
only = getenv('TT_ONLY');
printf('1..%d\n', size(tests, 1));
failed = 0;
for i = 1:size(tests, 1)
  if ~isempty(only) && isempty(strfind(tests{i, 1}, only))
    printf('ok %d %s # SKIP not asked for\n', i, tests{i, 1});
    continue
  end
  failed = failed + ~run_one(i, tests{i, 1}, tests{i, 2});
end
exit(failed > 0);
